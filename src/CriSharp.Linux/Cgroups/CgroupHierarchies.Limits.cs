using System.Globalization;

namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>What a file of a cgroup says, such as "cpuset.cpus", without the last line's end.</summary>
    /// <returns>Null where there is no such controller, cgroup or file.</returns>
    public string? TryReadValue(CgroupPath path, string file) =>
        Find(file.Split('.', 2)[0]) is { } hierarchy ? CgroupFile.TryRead(Path.Combine(hierarchy.DirectoryOf(path), file))?.TrimEnd('\n') : null;

    /// <summary>
    /// Memory of a cgroup that the kernel can't take back by dropping caches: of files, and its own of their names and inodes.
    /// https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
    /// </summary>
    /// <returns>Bytes; null where it is not known: v1 refuses a limit below it by itself.</returns>
    public long? UnreclaimableMemory(CgroupPath path) =>
        TryReadValue(path, "memory.current") is { } current && TryReadValue(path, "memory.stat") is { } stat
            ? Math.Max(0, long.Parse(current, CultureInfo.InvariantCulture) - Reclaimable(stat))
            : null;

    internal static long Reclaimable(string stat) => stat.Split('\n')
        .Select(line => line.Split(' '))
        .Where(words => words is ["inactive_file" or "active_file" or "slab_reclaimable", _])
        .Sum(words => long.Parse(words[1], CultureInfo.InvariantCulture));
}
