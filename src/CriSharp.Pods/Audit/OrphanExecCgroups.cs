using CriSharp.Linux.Cgroups;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Audit;

/// <summary>
/// Cgroups of execs that have ended: empty, and for longer than any runtime needs to put the command into it. Those of ended containers go with theirs.
/// </summary>
public sealed class OrphanExecCgroups(
    CgroupHierarchies hierarchies, PodSandboxStore sandboxes, ContainerStore containers, PodsOptions options) : ILeftoverFinder
{
    private const string Prefix = "exec-";

    public string Kind => "exec cgroup";

    public IEnumerable<Finding> Find() =>
        from container in containers.All
        where container.State is ContainerState.Running && sandboxes.TryFind(container.Record.SandboxId.ToString(), out _)
        from cgroup in hierarchies.ChildrenOf(CgroupPlaces.CgroupOf(sandboxes.Get(container.Record.SandboxId.ToString()).Record, container.Id))
        where cgroup.Name.StartsWith(Prefix, StringComparison.Ordinal) && hierarchies.Pids(cgroup).Count == 0 && IsSettled(cgroup)
        select new Finding(Kind, cgroup.ToString(), $"nothing has run in it for {Ages.Settled.TotalMinutes:0} minutes")
        {
            Since = hierarchies.DirectoriesOf(cgroup).Select(Ages.Of).Min(),
        };

    public Task RemoveAsync(Finding finding, CancellationToken cancellationToken)
    {
        // Never what has processes by now.
        hierarchies.RemoveMade(hierarchies.DirectoriesOf(CgroupPath.Parse(finding.Subject)));
        return Task.CompletedTask;
    }

    private bool IsSettled(CgroupPath cgroup) =>
        hierarchies.DirectoriesOf(cgroup).Where(Directory.Exists).All(directory => Ages.IsOlder(directory, Ages.Settled, options.Time));
}
