using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Networks;
using CriSharp.Pods.Containers;

namespace CriSharp.Pods.Stats;

/// <summary>Figures in the words of the CRI. What is not known is left out: a zero would be believed.</summary>
internal static class DescribeUsage
{
    /// <returns>Null where nothing of it is known; so below.</returns>
    public static CpuUsage? Cpu(CgroupUsage usage, ulong? nanoCores, long at) => usage.CpuNanoseconds is null ? null : new CpuUsage
    {
        Timestamp = at,
        UsageCoreNanoSeconds = Value(usage.CpuNanoseconds),
        UsageNanoCores = Value(nanoCores),
        Psi = Psi(usage.CpuPressure),
    };

    public static MemoryUsage? Memory(CgroupUsage usage, long at) => usage.MemoryBytes is null ? null : new MemoryUsage
    {
        Timestamp = at,
        UsageBytes = Value(usage.MemoryBytes),
        WorkingSetBytes = Value(usage.WorkingSetBytes),
        AvailableBytes = Value(usage.AvailableBytes),
        RssBytes = Value(usage.Memory.AnonymousBytes),
        PageFaults = Value(usage.Memory.PageFaults),
        MajorPageFaults = Value(usage.Memory.MajorPageFaults),
        Psi = Psi(usage.MemoryPressure),
    };

    public static SwapUsage? Swap(CgroupUsage usage, long at) => usage.SwapBytes is null ? null : new SwapUsage
    {
        Timestamp = at,
        SwapUsageBytes = Value(usage.SwapBytes),
        SwapAvailableBytes = Value(usage.AvailableSwapBytes),
    };

    public static IoUsage? Io(CgroupUsage usage, long at) =>
        usage.IoPressure is null ? null : new IoUsage { Timestamp = at, Psi = Psi(usage.IoPressure) };

    public static FilesystemUsage? WritableLayer(ContainerFileSystemUsage? usage) => usage is null ? null : new FilesystemUsage
    {
        Timestamp = UnixTime.Nanoseconds(usage.At),
        FsId = new FilesystemIdentifier { Mountpoint = usage.MountPoint },
        UsedBytes = Value((ulong)usage.UsedBytes),
        InodesUsed = Value((ulong)usage.UsedInodes),
    };

    public static NetworkInterfaceUsage Interface(InterfaceCounters counters) => new()
    {
        Name = counters.Name,
        RxBytes = Value(counters.ReceivedBytes),
        RxErrors = Value(counters.ReceiveErrors),
        TxBytes = Value(counters.SentBytes),
        TxErrors = Value(counters.SendErrors),
    };

    public static UInt64Value? Value(ulong? number) => number is { } known ? new UInt64Value { Value = known } : null;

    private static PsiStats? Psi(Pressure? pressure) =>
        pressure is null ? null : new PsiStats { Some = Psi(pressure.Some), Full = pressure.Full is { } full ? Psi(full) : null };

    private static PsiData Psi(Stall stall) =>
        new() { Total = stall.TotalNanoseconds, Avg10 = stall.Average10, Avg60 = stall.Average60, Avg300 = stall.Average300 };
}
