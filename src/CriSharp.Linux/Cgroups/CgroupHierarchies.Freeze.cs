namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>
    /// Lets the processes of the cgroup and below it run again, where somebody has frozen them: on v1 no signal reaches a frozen process,
    /// on v2 none but SIGKILL. What a parent's freezing keeps still is not touched: see <see cref="IsFrozen"/>.
    /// https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html, cgroup-v2.html (cgroup.freeze)
    /// </summary>
    public void Thaw(CgroupPath path)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(path, CgroupPath.Root);
        foreach (var hierarchy in All)
        {
            if (FreezeFileOf(hierarchy) is { } file && IsFrozen(hierarchy, path))
            {
                CgroupTree.Visit(hierarchy.DirectoryOf(path), directory => _ = CgroupFile.Write(directory, file, hierarchy.IsUnified ? "0" : "THAWED"));
            }
        }
    }

    /// <summary>Whether its processes stand still, by its own freezing or that of a parent.</summary>
    public bool IsFrozen(CgroupPath path) => All.Any(hierarchy => IsFrozen(hierarchy, path));

    private static string? FreezeFileOf(CgroupHierarchy hierarchy) =>
        hierarchy.IsUnified ? "cgroup.freeze" : hierarchy.Controllers.Contains("freezer") ? "freezer.state" : null;

    private static bool IsFrozen(CgroupHierarchy hierarchy, CgroupPath path)
    {
        var directory = hierarchy.DirectoryOf(path);
        if (!hierarchy.IsUnified)
        {
            // FREEZING: on the way there.
            return hierarchy.Controllers.Contains("freezer")
                && CgroupFile.TryRead(Path.Combine(directory, "freezer.state"))?.Trim() is "FROZEN" or "FREEZING";
        }

        return CgroupFile.TryRead(Path.Combine(directory, "cgroup.freeze"))?.Trim() == "1"
            || (CgroupFile.TryRead(Path.Combine(directory, "cgroup.events"))?.Split('\n').Contains("frozen 1") ?? false);
    }
}
