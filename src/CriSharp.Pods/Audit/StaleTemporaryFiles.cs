using CriSharp.Linux.Files;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>Files that were being written beside a record when the daemon or the machine died. Whoever writes one anew replaces it within moments.</summary>
public sealed class StaleTemporaryFiles(PodsOptions options) : ILeftoverFinder
{
    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "temporary file";

    public IEnumerable<Finding> Find() =>
        from folder in (string[])[_folders.SandboxRecords, _folders.ContainerRecords, Path.Combine(_folders.ImageStore, "images")]
        where Directory.Exists(folder)
        from file in Directory.EnumerateFiles(folder, "*", Depth)
        where DurableFile.IsTemporary(file) && IsSettled(file)
        select new Finding(Kind, file, $"its writer has not come back to it for {Ages.Settled.TotalMinutes:0} minutes") { Since = Ages.Of(file) };

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        if (IsSettled(finding.Subject))
        {
            File.Delete(finding.Subject);
        }

        return Task.CompletedTask;
    }

    private static EnumerationOptions Depth { get; } = new() { RecurseSubdirectories = true, MaxRecursionDepth = 3, AttributesToSkip = FileAttributes.ReparsePoint };

    private bool IsSettled(string file) => Ages.IsOlder(file, Ages.Settled, options.Time);
}
