using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;

namespace CriSharp.Pods.Audit;

/// <summary>Run folders of containers: bundle, sockets, and the mounted root file system.</summary>
public sealed class OrphanBundles(BundleStore bundles, IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    public string Kind => "bundle";

    public IEnumerable<Finding> Find() => bundles.List()
        .Where(id => !owners.Owns($"{id}"))
        .Select(id => new Finding(Kind, $"{id}", $"{options.Folders.RunOf(id)} is the run folder of a container that no record has")
        {
            OwnerId = $"{id}",
            Since = Ages.Of(options.Folders.RunOf(id)),
        });

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        var folder = options.Folders.RunOf(ContainerId.Parse(finding.Subject));
        InstanceMounts.UnmountBelow(folder);
        // What is mounted there after all is not entered: EBUSY says so.
        TreeRemoval.Remove(folder);
        return Task.CompletedTask;
    }
}
