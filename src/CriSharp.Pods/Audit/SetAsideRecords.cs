using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>Records that could not be read. Nothing of what they are about is known, so that is left alone, and they are kept for people.</summary>
public sealed class SetAsideRecords(PodsOptions options) : ILeftoverFinder
{
    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "broken record";

    public IEnumerable<Finding> Find() => BrokenRecord.List(_folders)
        .Select(broken => new Finding(Kind, broken.Path, "it could not be read: see the log for why; once its processes and mounts are dealt with the folder can be removed")
        {
            Removal = Removal.Never,
            Since = Ages.Of(broken.Path),
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{finding.Subject} is kept for people");
}
