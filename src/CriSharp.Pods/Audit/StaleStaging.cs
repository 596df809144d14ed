using CriSharp.Storage;

namespace CriSharp.Pods.Audit;

/// <summary>What lies half made in a staging folder and is not worked on: this process, the only one that works there, has nothing of it open.</summary>
public sealed class StaleStaging(PodsOptions options) : ILeftoverFinder
{
    public string Kind => "staging folder";

    public IEnumerable<Finding> Find()
    {
        var entries = options.Folders.Stores.SelectMany(StagingFolders.Entries).Where(IsSettled).ToArray();
        var open = entries.Length > 0 ? OpenPaths() : [];
        return entries
            .Where(entry => !open.Any(path => InstanceMounts.IsAtOrBelow(path, entry)))
            .Select(entry => new Finding(Kind, entry, $"nothing has moved there for {Ages.Settled.TotalMinutes:0} minutes, and nobody has it open") { Since = Ages.Of(entry) });
    }

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        StagingFolders.Remove(finding.Subject);
        return Task.CompletedTask;
    }

    private bool IsSettled(string entry) => Ages.IsOlder(entry, Ages.Settled, options.Time);

    private static HashSet<string> OpenPaths() =>
        [.. Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget).OfType<string>()];
}
