namespace CriSharp.Linux.Cgroups;

/// <summary>Out of memory.stat, of a cgroup and all below it. Null is what it does not tell.</summary>
/// <param name="AnonymousBytes">Memory that is of no file: the resident set, as cgroups count it.</param>
/// <param name="InactiveFileBytes">Cached of files, and not used of late.</param>
/// <param name="PageFaults">Since the cgroup was made.</param>
/// <param name="MajorPageFaults">Those that had to wait for a disk.</param>
/// <param name="SwapBytes">v1 alone: what is swapped out.</param>
public readonly record struct MemoryCounters(
    ulong? AnonymousBytes, ulong? InactiveFileBytes, ulong? PageFaults, ulong? MajorPageFaults, ulong? SwapBytes)
{
    /// <summary>https://docs.kernel.org/admin-guide/cgroup-v2.html (memory.stat)</summary>
    internal static MemoryCounters ParseUnified(ReadOnlySpan<byte> text) => new(
        CgroupText.ValueOf(text, "anon"u8),
        CgroupText.ValueOf(text, "inactive_file"u8),
        CgroupText.ValueOf(text, "pgfault"u8),
        CgroupText.ValueOf(text, "pgmajfault"u8),
        SwapBytes: null);

    /// <summary>https://docs.kernel.org/admin-guide/cgroup-v1/memory.html (stat file): only what begins with total_ counts what is below.</summary>
    internal static MemoryCounters ParseLegacy(ReadOnlySpan<byte> text) => new(
        CgroupText.ValueOf(text, "total_rss"u8),
        CgroupText.ValueOf(text, "total_inactive_file"u8),
        CgroupText.ValueOf(text, "total_pgfault"u8),
        CgroupText.ValueOf(text, "total_pgmajfault"u8),
        CgroupText.ValueOf(text, "total_swap"u8));
}
