using System.Globalization;

namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>
    /// Whether the kernel has killed a process of the cgroup for want of memory since the cgroup was made.
    /// https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.events), cgroup-v1/memory.html (memory.oom_control)
    /// </summary>
    public bool HasRunOutOfMemory(CgroupPath path)
    {
        const string counter = "oom_kill ";
        if (Find("memory") is not { } hierarchy)
        {
            return false;
        }

        var file = Path.Combine(hierarchy.DirectoryOf(path), hierarchy.IsUnified ? "memory.events" : "memory.oom_control");
        var line = CgroupFile.TryRead(file)?.Split('\n').FirstOrDefault(line => line.StartsWith(counter, StringComparison.Ordinal));
        return line is not null && long.Parse(line.AsSpan(counter.Length), CultureInfo.InvariantCulture) > 0;
    }
}
