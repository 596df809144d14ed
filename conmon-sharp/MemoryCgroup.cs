namespace ConmonSharp;

/// <summary>Where a process's memory is accounted.</summary>
/// <param name="Folder">Absolute.</param>
/// <param name="IsUnified">cgroup v2; else the v1 hierarchy of the memory controller.</param>
internal sealed record MemoryCgroup(string Folder, bool IsUnified)
{
    // Where systemd and every distribution mount them. mountinfo(5) would tell for sure, but grows to megabytes on a full node.
    private const string UnifiedMount = "/sys/fs/cgroup";
    private const string MemoryMount = "/sys/fs/cgroup/memory";

    /// <returns>Null when the process has gone.</returns>
    public static MemoryCgroup? TryFind(int pid)
    {
        string? unified = null;
        foreach (var line in SmallFile.TryRead($"/proc/{pid}/cgroup").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // hierarchy-ID:controller-list:cgroup-path, cgroups(7)
            var parts = line.Split(':', 3);
            if (parts.Length != 3)
            {
                continue;
            }

            if (parts[0] == "0")
            {
                unified = parts[2];
            }
            else if (Array.IndexOf(parts[1].Split(','), "memory") >= 0)
            {
                return new MemoryCgroup(MemoryMount + parts[2], IsUnified: false);
            }
        }

        return unified is null ? null : new MemoryCgroup(UnifiedMount + unified, IsUnified: true);
    }
}
