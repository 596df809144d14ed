namespace CriSharp.Ctl.Usage;

/// <summary>What one container uses, as the runtime counted it at one time. Null: it does not say.</summary>
internal sealed record ContainerUsage
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Pod { get; init; }

    /// <summary>Nanoseconds since 1970 at which the processor time was read.</summary>
    public long CpuReadAt { get; init; }

    /// <summary>Nanoseconds of one processor since the container began.</summary>
    public ulong? CpuNanoseconds { get; init; }

    /// <summary>As the runtime itself measured it last.</summary>
    public ulong? NanoCores { get; init; }

    public ulong? MemoryBytes { get; init; }

    public ulong? DiskBytes { get; init; }

    public ulong? ReadBytes { get; init; }

    public ulong? WrittenBytes { get; init; }

    public ulong? Processes { get; init; }

    /// <returns>Percent of one processor since an earlier reading; null where neither tells.</returns>
    public double? CpuPercentSince(ContainerUsage? before)
    {
        if (CpuNanoseconds is { } now && before is { CpuNanoseconds: { } then } && CpuReadAt > before.CpuReadAt && now >= then)
        {
            return 100.0 * (now - then) / (CpuReadAt - before.CpuReadAt);
        }

        return NanoCores / 1e7;
    }
}
