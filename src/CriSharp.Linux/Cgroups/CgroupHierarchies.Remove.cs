namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Removes the cgroup and all below it in every hierarchy; done already is fine. Goes on after a failure and reports all.
    /// A cgroup stays busy for a moment after its last process was killed: that is waited for, no longer than the limit.
    /// </summary>
    /// <exception cref="TimeoutException">Processes are still in it; the folders and pids are named.</exception>
    /// <exception cref="LinuxException">The kernel refuses for another reason.</exception>
    public async Task RemoveAsync(CgroupPath path, TimeSpan limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(path, CgroupPath.Root);

        // Ends by: the caller's token (OperationCanceledException), or the limit (TimeoutException).
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        var left = new List<string>();
        foreach (var directory in DirectoriesOf(path))
        {
            if (!await WaitUntilAsync(() => CgroupTree.TryRemove(directory), deadline.Token))
            {
                left.Add(directory);
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (left.Count > 0)
        {
            throw new TimeoutException(
                $"cgroup {path} could not be removed within {limit.TotalSeconds:0.###} s: {string.Join(", ", left)} in use by {DescribePids(path)}");
        }
    }

    /// <summary>Whether a path is below one of the mount points: after a reboot a node may have other hierarchies than before.</summary>
    public bool Hold(string directory) => All.Any(hierarchy => directory.StartsWith(hierarchy.MountPoint + '/', StringComparison.Ordinal));

    /// <summary>Takes back what <see cref="Create"/> made, as far as nobody uses it meanwhile. Takes any order; never removes what has processes or other cgroups in it.</summary>
    /// <param name="directories">Absolute paths; those outside of the cgroup mounts are refused.</param>
    public void RemoveMade(IEnumerable<string> directories)
    {
        foreach (var directory in directories.OrderByDescending(directory => directory.Length))
        {
            if (!Hold(directory))
            {
                throw new ArgumentException($"{directory} is not the folder of a cgroup");
            }

            _ = CgroupTree.TryRemoveDirectory(Libc.CurrentDirectory, directory);
        }
    }

    // There is no event for "not busy any more" on v1; v2's cgroup.events comes before the folder can be removed.
    private static async Task<bool> WaitUntilAsync(Func<bool> isDone, CancellationToken deadline)
    {
        for (var pause = FirstPause; !isDone(); pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                await Task.Delay(pause, deadline);
            }
            catch (OperationCanceledException)
            {
                return isDone();
            }
        }

        return true;
    }

    private string DescribePids(CgroupPath path)
    {
        const int shown = 10;
        var pids = Pids(path);
        return pids.Count == 0 ? "no process that can be seen from here"
            : $"process {string.Join(", ", pids.Take(shown))}{(pids.Count > shown ? $" and {pids.Count - shown} more" : string.Empty)}";
    }
}
