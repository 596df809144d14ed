using CriSharp.Oci;
using CriSharp.Storage.Snapshots;

namespace CriSharp.Pods.Audit;

/// <summary>What containers wrote that are gone.</summary>
public sealed class OrphanSnapshots(SnapshotStore snapshots, IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    public string Kind => "snapshot";

    public IEnumerable<Finding> Find() => snapshots.List()
        .Where(id => !owners.Owns(OwnerOf(id)))
        .Select(id => new Finding(Kind, id, "the file tree belongs to a container that no record has")
        {
            OwnerId = ContainerId.TryParse(OwnerOf(id), out _) ? OwnerOf(id) : null,
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        InstanceMounts.UnmountBelow(Path.Combine(options.Folders.Root, "snapshots", finding.Subject));
        snapshots.Remove(finding.Subject);
        return Task.CompletedTask;
    }

    /// <summary>An image volume's is ID.volumeN.</summary>
    private static string OwnerOf(string snapshot) => snapshot.Split('.')[0];
}
