namespace CriSharp.Linux.Cgroups;

/// <summary>What the processes of a cgroup and of all below it have used. What the kernel does not tell, or tells in words that make no sense, is null, never zero.</summary>
public sealed record CgroupUsage
{
    public static CgroupUsage Unknown { get; } = new();

    /// <summary>Nanoseconds of all processors since the cgroup was made.</summary>
    public ulong? CpuNanoseconds { get; init; }

    /// <summary>Bytes, with what is cached of files.</summary>
    public ulong? MemoryBytes { get; init; }

    /// <summary>The cgroup's own limit; null where it has none.</summary>
    public ulong? MemoryLimitBytes { get; init; }

    public MemoryCounters Memory { get; init; }

    public ulong? SwapBytes { get; init; }

    /// <summary>Of swap alone; null where there is none.</summary>
    public ulong? SwapLimitBytes { get; init; }

    public Pressure? CpuPressure { get; init; }

    public Pressure? MemoryPressure { get; init; }

    public Pressure? IoPressure { get; init; }

    /// <summary>False: the cgroup has gone, or was never there.</summary>
    public bool IsKnown => CpuNanoseconds is not null || MemoryBytes is not null;

    /// <summary>Bytes that can't be taken back at once: all but the files that nobody has used of late.</summary>
    public ulong? WorkingSetBytes => Less(MemoryBytes, Memory.InactiveFileBytes);

    /// <summary>What the working set may still grow by; null where there is no limit.</summary>
    public ulong? AvailableBytes => Less(MemoryLimitBytes, WorkingSetBytes);

    /// <summary>What swap may still grow by; null where there is no limit.</summary>
    public ulong? AvailableSwapBytes => Less(SwapLimitBytes, SwapBytes);

    private static ulong? Less(ulong? all, ulong? part) => all > part ? all - part : all is null || part is null ? null : 0;
}
