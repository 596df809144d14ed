using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Processes;
using CriSharp.Oci;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Cgroups named by a pod or container that no record has, where pods of this instance have theirs. Other instances and runtimes may have
/// cgroups in the same places: one with processes is ours only where a folder of ours, or a root file system in our store, proves it.
/// </summary>
public sealed class OrphanCgroups(CgroupHierarchies hierarchies, PodSandboxStore sandboxes, IdOwners owners, PodsOptions options) : ILeftoverFinder
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    private readonly InstanceFolders _folders = options.Folders;

    public string Kind => "cgroup";

    public IEnumerable<Finding> Find()
    {
        var found = CgroupPlaces.ParentsOf(sandboxes.All.Select(sandbox => sandbox.Record)).SelectMany(hierarchies.ChildrenOf).Distinct().ToArray();
        var mounts = MountTable.Read();
        return found.Select(cgroup => Judge(cgroup, mounts)).OfType<Finding>();
    }

    public async Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        var cgroup = CgroupPath.Parse(finding.Subject);
        await hierarchies.KillAsync(cgroup, KillLimit, cancellationToken);
        await hierarchies.RemoveAsync(cgroup, KillLimit, cancellationToken);
    }

    private Finding? Judge(CgroupPath cgroup, IReadOnlyList<MountEntry> mounts)
    {
        if (CgroupPlaces.OwnerOf(cgroup) is not { } id || owners.Owns(id))
        {
            return null;
        }

        var pids = hierarchies.Pids(cgroup);
        var finding = new Finding(Kind, cgroup.ToString(), pids.Count == 0
            ? "it is empty, and no record has a pod or container of that id"
            : $"{pids.Count} processes run in it, and no record has a pod or container of that id")
        {
            OwnerId = id,
            Since = hierarchies.DirectoriesOf(cgroup).Select(Ages.Of).Min(),
        };
        if (owners.WasOurs(id) || IsOfOurStore(cgroup, id, pids))
        {
            return finding;
        }

        return pids.Count > 0 || owners.IsElsewhere(id, mounts) ? null : finding with { Removal = Removal.WhenAsked };
    }

    /// <summary>Whether a process in it has its root file system from this instance, whatever became of all folders and mounts on the host.</summary>
    private bool IsOfOurStore(CgroupPath cgroup, string id, IReadOnlySet<int> pids)
    {
        string[] ids = [id, .. hierarchies.ChildrenOf(cgroup).Select(child => child.Name).Where(name => ContainerId.TryParse(name, out _))];
        return pids.Any(pid => ids.Any(one => ProcessTable.SeesMountOf(pid, Path.Combine(_folders.Root, "snapshots", one) + '/')));
    }
}
