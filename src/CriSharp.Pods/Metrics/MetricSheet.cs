using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Networks;
using Google.Protobuf.Collections;

namespace CriSharp.Pods.Metrics;

/// <summary>The figures of one container or pod. A figure that is not known is left out: a zero would be believed.</summary>
/// <param name="labels">Values of <see cref="PodMetric.CommonLabels"/>.</param>
internal sealed class MetricSheet(IReadOnlyList<string> labels, RepeatedField<Metric> metrics)
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    /// <param name="more">Values of the metric's own labels, in their order.</param>
    /// <param name="at">When it was taken, in nanoseconds since 1970; 0: now.</param>
    public void Add(PodMetric metric, ulong? value, ReadOnlySpan<string> more = default, long at = 0)
    {
        if (value is not { } known)
        {
            return;
        }

        var entry = new Metric { Name = metric.Name, MetricType = metric.Type, Timestamp = at, Value = new UInt64Value { Value = known } };
        entry.LabelValues.Capacity = labels.Count + more.Length;
        foreach (var label in labels)
        {
            entry.LabelValues.Add(label);
        }

        foreach (var label in more)
        {
            entry.LabelValues.Add(label);
        }

        metrics.Add(entry);
    }

    public void Add(CpuFigures cpu)
    {
        Add(CadvisorMetrics.CpuUser, Seconds(cpu.UserNanoseconds));
        Add(CadvisorMetrics.CpuSystem, Seconds(cpu.SystemNanoseconds));

        // One series, not one for each processor: what scrapes pays for each of them.
        Add(CadvisorMetrics.CpuUsage, Seconds(cpu.TotalNanoseconds), ["total"]);
        Add(CadvisorMetrics.CfsPeriods, cpu.Periods);
        Add(CadvisorMetrics.CfsThrottledPeriods, cpu.ThrottledPeriods);
        Add(CadvisorMetrics.CfsThrottledSeconds, Seconds(cpu.ThrottledNanoseconds));
    }

    public void Add(MemoryFigures memory, MemoryEvents events)
    {
        Add(CadvisorMetrics.MemoryCache, memory.CacheBytes);
        Add(CadvisorMetrics.MemoryRss, memory.AnonymousBytes);
        Add(CadvisorMetrics.MemoryKernel, memory.KernelBytes);
        Add(CadvisorMetrics.MemoryMappedFile, memory.MappedFileBytes);
        Add(CadvisorMetrics.MemorySwap, memory.SwapBytes);
        Add(CadvisorMetrics.MemoryFailcnt, events.LimitHits);
        Add(CadvisorMetrics.MemoryUsage, memory.UsageBytes);
        Add(CadvisorMetrics.MemoryMaxUsage, memory.HighestUsageBytes);
        Add(CadvisorMetrics.MemoryWorkingSet, memory.WorkingSetBytes);
        Add(CadvisorMetrics.MemoryFailures, memory.OwnPageFaults, ["pgfault", "container"]);
        Add(CadvisorMetrics.MemoryFailures, memory.PageFaults, ["pgfault", "hierarchy"]);
        Add(CadvisorMetrics.MemoryFailures, memory.OwnMajorPageFaults, ["pgmajfault", "container"]);
        Add(CadvisorMetrics.MemoryFailures, memory.MajorPageFaults, ["pgmajfault", "hierarchy"]);
    }

    /// <param name="device">"/dev/sda".</param>
    public void Add(DeviceTraffic traffic, string device)
    {
        Add(CadvisorMetrics.FsReadsBytes, traffic.ReadBytes, [device]);
        Add(CadvisorMetrics.FsReads, traffic.Reads, [device]);
        Add(CadvisorMetrics.FsWritesBytes, traffic.WrittenBytes, [device]);
        Add(CadvisorMetrics.FsWrites, traffic.Writes, [device]);
        var (major, minor) = ($"{traffic.Major}", $"{traffic.Minor}");
        Add(CadvisorMetrics.BlkioDeviceUsage, traffic.ReadBytes, [device, major, minor, "Read"]);
        Add(CadvisorMetrics.BlkioDeviceUsage, traffic.WrittenBytes, [device, major, minor, "Write"]);
        Add(CadvisorMetrics.BlkioDeviceUsage, traffic.DiscardedBytes, [device, major, minor, "Discard"]);
    }

    /// <param name="pageSize">"2MB".</param>
    public void Add(HugetlbFigures pages, string pageSize)
    {
        Add(CadvisorMetrics.HugetlbUsage, pages.UsageBytes, [pageSize]);
        Add(CadvisorMetrics.HugetlbMaxUsage, pages.HighestUsageBytes, [pageSize]);
    }

    public void Add(PressureFigures pressure)
    {
        Add(CadvisorMetrics.PressureCpuStalled, Seconds(pressure.Cpu?.Full?.TotalNanoseconds));
        Add(CadvisorMetrics.PressureCpuWaiting, Seconds(pressure.Cpu?.Some.TotalNanoseconds));
        Add(CadvisorMetrics.PressureMemoryStalled, Seconds(pressure.Memory?.Full?.TotalNanoseconds));
        Add(CadvisorMetrics.PressureMemoryWaiting, Seconds(pressure.Memory?.Some.TotalNanoseconds));
        Add(CadvisorMetrics.PressureIoStalled, Seconds(pressure.Io?.Full?.TotalNanoseconds));
        Add(CadvisorMetrics.PressureIoWaiting, Seconds(pressure.Io?.Some.TotalNanoseconds));
    }

    public void Add(InterfaceCounters counters)
    {
        Add(CadvisorMetrics.NetworkReceiveBytes, counters.ReceivedBytes, [counters.Name]);
        Add(CadvisorMetrics.NetworkReceivePackets, counters.ReceivedPackets, [counters.Name]);
        Add(CadvisorMetrics.NetworkReceiveDrops, counters.ReceiveDrops, [counters.Name]);
        Add(CadvisorMetrics.NetworkReceiveErrors, counters.ReceiveErrors, [counters.Name]);
        Add(CadvisorMetrics.NetworkTransmitBytes, counters.SentBytes, [counters.Name]);
        Add(CadvisorMetrics.NetworkTransmitPackets, counters.SentPackets, [counters.Name]);
        Add(CadvisorMetrics.NetworkTransmitDrops, counters.SendDrops, [counters.Name]);
        Add(CadvisorMetrics.NetworkTransmitErrors, counters.SendErrors, [counters.Name]);
    }

    /// <summary>What was asked for; 0 stands for no limit where the metric says so.</summary>
    public void Add(LinuxContainerResources limits)
    {
        Add(CadvisorMetrics.SpecCpuPeriod, Set(limits.CpuPeriod));
        Add(CadvisorMetrics.SpecCpuShares, Set(limits.CpuShares));
        Add(CadvisorMetrics.SpecCpuQuota, Set(limits.CpuQuota));
        Add(CadvisorMetrics.SpecMemoryLimit, Set(limits.MemoryLimitInBytes) ?? 0);
        Add(CadvisorMetrics.SpecMemoryReservation, limits.Unified.TryGetValue("memory.min", out var least) && ulong.TryParse(least, out var bytes) ? bytes : 0);
        Add(CadvisorMetrics.SpecMemorySwapLimit, Set(limits.MemorySwapLimitInBytes) ?? 0);
    }

    private static ulong? Set(long value) => value > 0 ? (ulong)value : null;

    private static ulong? Seconds(ulong? nanoseconds) => nanoseconds / NanosecondsPerSecond;
}
