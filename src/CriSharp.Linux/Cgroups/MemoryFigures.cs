namespace CriSharp.Linux.Cgroups;

/// <summary>Memory of a cgroup and of all below it, in bytes. Null is what the kernel does not tell.</summary>
/// <param name="CacheBytes">Of files, tmpfs among them.</param>
/// <param name="AnonymousBytes">Of no file.</param>
/// <param name="OwnPageFaults">Of the cgroup without those below it; v2 does not tell them apart, and gives them together.</param>
public readonly record struct MemoryFigures(
    ulong? UsageBytes,
    ulong? HighestUsageBytes,
    ulong? CacheBytes,
    ulong? AnonymousBytes,
    ulong? KernelBytes,
    ulong? MappedFileBytes,
    ulong? SwapBytes,
    ulong? InactiveFileBytes,
    ulong? PageFaults,
    ulong? MajorPageFaults,
    ulong? OwnPageFaults,
    ulong? OwnMajorPageFaults)
{
    /// <inheritdoc cref="CgroupUsage.WorkingSetBytes"/>
    public ulong? WorkingSetBytes => UsageBytes is { } usage && InactiveFileBytes is { } inactive ? usage - Math.Min(usage, inactive) : null;

    /// <inheritdoc cref="MemoryCounters.ParseUnified"/>
    internal static MemoryFigures ParseUnified(ReadOnlySpan<byte> text)
    {
        var (faults, major) = (CgroupText.ValueOf(text, "pgfault"u8), CgroupText.ValueOf(text, "pgmajfault"u8));
        return new MemoryFigures(
            null,
            null,
            CgroupText.ValueOf(text, "file"u8),
            CgroupText.ValueOf(text, "anon"u8),
            CgroupText.ValueOf(text, "kernel"u8),
            CgroupText.ValueOf(text, "file_mapped"u8),
            null,
            CgroupText.ValueOf(text, "inactive_file"u8),
            faults,
            major,
            faults,
            major);
    }

    /// <inheritdoc cref="MemoryCounters.ParseLegacy"/>
    internal static MemoryFigures ParseLegacy(ReadOnlySpan<byte> text) => new(
        null,
        null,
        CgroupText.ValueOf(text, "total_cache"u8),
        CgroupText.ValueOf(text, "total_rss"u8),
        null,
        CgroupText.ValueOf(text, "total_mapped_file"u8),
        CgroupText.ValueOf(text, "total_swap"u8),
        CgroupText.ValueOf(text, "total_inactive_file"u8),
        CgroupText.ValueOf(text, "total_pgfault"u8),
        CgroupText.ValueOf(text, "total_pgmajfault"u8),
        CgroupText.ValueOf(text, "pgfault"u8),
        CgroupText.ValueOf(text, "pgmajfault"u8));
}

/// <param name="LimitHits">How often the cgroup stood at its limit.</param>
/// <param name="Kills">Processes that the kernel has killed for want of memory.</param>
public readonly record struct MemoryEvents(ulong? LimitHits, ulong? Kills)
{
    internal static MemoryEvents ParseUnified(ReadOnlySpan<byte> text) => new(CgroupText.ValueOf(text, "max"u8), CgroupText.ValueOf(text, "oom_kill"u8));

    internal static ulong? ParseLegacyKills(ReadOnlySpan<byte> text) => CgroupText.ValueOf(text, "oom_kill"u8);
}

/// <param name="HighestUsageBytes">v1 alone.</param>
public readonly record struct HugetlbFigures(ulong? UsageBytes, ulong? HighestUsageBytes);

/// <summary>v2, and a hybrid host's v2.</summary>
public readonly record struct PressureFigures(Pressure? Cpu, Pressure? Memory, Pressure? Io);
