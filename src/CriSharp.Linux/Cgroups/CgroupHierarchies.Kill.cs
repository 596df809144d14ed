using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>
    /// Sends SIGKILL to all processes of the cgroup and below it until none is left: in one stroke by cgroup.kill on v2,
    /// else in rounds, with the cgroup frozen meanwhile so that a fork bomb can't outrun them. A frozen cgroup is thawed, or nobody in it could die.
    /// </summary>
    /// <exception cref="TimeoutException">Some are still there, stuck in the kernel; they are named.</exception>
    public async Task KillAsync(CgroupPath path, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(path, CgroupPath.Root);
        if (Contains(path, System.Environment.ProcessId))
        {
            throw new ArgumentException($"cgroup {path} holds this very process");
        }

        // Ends by: the caller's token (OperationCanceledException), or the limit (TimeoutException).
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        var isEmpty = await WaitUntilAsync(() => KillRound(path), deadline.Token);
        cancellationToken.ThrowIfCancellationRequested();
        if (!isEmpty)
        {
            throw new TimeoutException($"cgroup {path} is not empty {limit.TotalSeconds:0.###} s after SIGKILL: {DescribePids(path)}");
        }
    }

    /// <returns>True when nobody was left to be killed.</returns>
    private bool KillRound(CgroupPath path)
    {
        if (Pids(path).Count == 0)
        {
            return true;
        }

        if (Unified is not null)
        {
            _ = CgroupFile.Write(Path.Combine(Unified.DirectoryOf(path), "cgroup.kill"), "1");
        }

        var freezer = All.FirstOrDefault(hierarchy => !hierarchy.IsUnified && hierarchy.Controllers.Contains("freezer"));
        if (freezer is not null)
        {
            _ = CgroupFile.Write(Path.Combine(freezer.DirectoryOf(path), "freezer.state"), "FROZEN");
        }

        try
        {
            foreach (var pid in Pids(path))
            {
                KillMember(path, pid);
            }
        }
        finally
        {
            if (freezer is not null)
            {
                CgroupTree.Visit(freezer.DirectoryOf(path), static directory => _ = CgroupFile.Write(directory, "freezer.state", "THAWED"));
            }
        }

        return false;
    }

    private void KillMember(CgroupPath path, int pid)
    {
        // The pidfd first, then the question again: the number may have changed hands since the list was read.
        using var handle = PidHandle.TryOpen(pid);
        if (handle is not null && Contains(path, pid))
        {
            handle.Signal(Signals.SIGKILL);
        }
    }

    private bool Contains(CgroupPath path, int pid) =>
        PathsOf(pid)?.Values.Any(member => member == path || member.IsBelow(path)) ?? false;
}
