using CriSharp.Cri.V1;

namespace CriSharp.Pods.Metrics;

/// <summary>
/// All figures. The CRI has whole numbers only, so what is called seconds is whole seconds.
/// https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md
/// </summary>
internal static class CadvisorMetrics
{
    public static readonly PodMetric LastSeen = new(
        PodMetricGroups.None, MetricType.Gauge, "container_last_seen", "When the container was last seen, in seconds since 1970.");

    public static readonly PodMetric CpuUser = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_user_seconds_total", "Processor time spent in user mode, in seconds.");

    public static readonly PodMetric CpuSystem = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_system_seconds_total", "Processor time spent in the kernel, in seconds.");

    public static readonly PodMetric CpuUsage = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_usage_seconds_total", "Processor time, in seconds.", "cpu");

    public static readonly PodMetric CfsPeriods = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_cfs_periods_total", "Enforcement periods of the processor limit that have passed.");

    public static readonly PodMetric CfsThrottledPeriods = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_cfs_throttled_periods_total", "Enforcement periods in which the processor limit held it back.");

    public static readonly PodMetric CfsThrottledSeconds = new(
        PodMetricGroups.Cpu, MetricType.Counter, "container_cpu_cfs_throttled_seconds_total", "How long the processor limit has held it back, in seconds.");

    public static readonly PodMetric FsInodesFree = new(
        PodMetricGroups.Disk, MetricType.Gauge, "container_fs_inodes_free", "Free inodes of the file system that it writes to.", "device");

    public static readonly PodMetric FsInodesTotal = new(
        PodMetricGroups.Disk, MetricType.Gauge, "container_fs_inodes_total", "Inodes of the file system that it writes to.", "device");

    public static readonly PodMetric FsLimit = new(
        PodMetricGroups.Disk, MetricType.Gauge, "container_fs_limit_bytes", "Size of the file system that it writes to, in bytes.", "device");

    public static readonly PodMetric FsUsage = new(
        PodMetricGroups.Disk, MetricType.Gauge, "container_fs_usage_bytes", "What it has written and not removed, in bytes.", "device");

    public static readonly PodMetric FsReadsBytes = new(
        PodMetricGroups.DiskIO, MetricType.Counter, "container_fs_reads_bytes_total", "Bytes read from the device.", "device");

    public static readonly PodMetric FsReads = new(
        PodMetricGroups.DiskIO, MetricType.Counter, "container_fs_reads_total", "Reads from the device.", "device");

    public static readonly PodMetric FsWritesBytes = new(
        PodMetricGroups.DiskIO, MetricType.Counter, "container_fs_writes_bytes_total", "Bytes written to the device.", "device");

    public static readonly PodMetric FsWrites = new(
        PodMetricGroups.DiskIO, MetricType.Counter, "container_fs_writes_total", "Writes to the device.", "device");

    public static readonly PodMetric BlkioDeviceUsage = new(
        PodMetricGroups.DiskIO, MetricType.Counter, "container_blkio_device_usage_total", "Bytes moved to and from the device, by operation.", "device", "major", "minor", "operation");

    public static readonly PodMetric HugetlbUsage = new(
        PodMetricGroups.Hugetlb, MetricType.Gauge, "container_hugetlb_usage_bytes", "Huge pages in use, in bytes.", "pagesize");

    public static readonly PodMetric HugetlbMaxUsage = new(
        PodMetricGroups.Hugetlb, MetricType.Gauge, "container_hugetlb_max_usage_bytes", "The most huge pages that were in use, in bytes.", "pagesize");

    public static readonly PodMetric MemoryCache = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_cache", "Memory that caches files, in bytes.");

    public static readonly PodMetric MemoryRss = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_rss", "Memory that is of no file, in bytes.");

    public static readonly PodMetric MemoryKernel = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_kernel_usage", "Memory that the kernel holds for it, in bytes.");

    public static readonly PodMetric MemoryMappedFile = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_mapped_file", "Mapped files in memory, in bytes.");

    public static readonly PodMetric MemorySwap = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_swap", "Memory that is swapped out, in bytes.");

    public static readonly PodMetric MemoryFailcnt = new(
        PodMetricGroups.Memory, MetricType.Counter, "container_memory_failcnt", "How often it stood at its memory limit.");

    public static readonly PodMetric MemoryUsage = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_usage_bytes", "Memory, with what is cached of files, in bytes.");

    public static readonly PodMetric MemoryMaxUsage = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_max_usage_bytes", "The most memory that it had, in bytes.");

    public static readonly PodMetric MemoryWorkingSet = new(
        PodMetricGroups.Memory, MetricType.Gauge, "container_memory_working_set_bytes", "Memory without the files that nobody has used of late, in bytes.");

    public static readonly PodMetric MemoryFailures = new(
        PodMetricGroups.Memory, MetricType.Counter, "container_memory_failures_total", "Page faults by kind, of its own cgroup and with those below it.", "failure_type", "scope");

    public static readonly PodMetric NetworkReceiveBytes = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_receive_bytes_total", "Bytes received.", "interface");

    public static readonly PodMetric NetworkReceivePackets = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_receive_packets_total", "Packets received.", "interface");

    public static readonly PodMetric NetworkReceiveDrops = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_receive_packets_dropped_total", "Packets dropped while receiving.", "interface");

    public static readonly PodMetric NetworkReceiveErrors = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_receive_errors_total", "Errors while receiving.", "interface");

    public static readonly PodMetric NetworkTransmitBytes = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_transmit_bytes_total", "Bytes sent.", "interface");

    public static readonly PodMetric NetworkTransmitPackets = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_transmit_packets_total", "Packets sent.", "interface");

    public static readonly PodMetric NetworkTransmitDrops = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_transmit_packets_dropped_total", "Packets dropped while sending.", "interface");

    public static readonly PodMetric NetworkTransmitErrors = new(
        PodMetricGroups.Network, MetricType.Counter, "container_network_transmit_errors_total", "Errors while sending.", "interface");

    public static readonly PodMetric OomEvents = new(
        PodMetricGroups.Oom, MetricType.Counter, "container_oom_events_total", "Processes that the kernel has killed for want of memory.");

    public static readonly PodMetric FileDescriptors = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_file_descriptors", "Open file descriptors.");

    public static readonly PodMetric Processes = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_processes", "Processes.");

    public static readonly PodMetric Sockets = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_sockets", "Open sockets.");

    public static readonly PodMetric Threads = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_threads", "Threads.");

    public static readonly PodMetric ThreadsMax = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_threads_max", "Threads that it may have; 0: as many as it likes.");

    public static readonly PodMetric UlimitsSoft = new(
        PodMetricGroups.Process, MetricType.Gauge, "container_ulimits_soft", "Soft limits of its first process; one that has no limit is left out.", "ulimit");

    public static readonly PodMetric SpecCpuPeriod = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_cpu_period", "Period of its processor limit, in microseconds.");

    public static readonly PodMetric SpecCpuShares = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_cpu_shares", "Its share of processors.");

    public static readonly PodMetric SpecCpuQuota = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_cpu_quota", "Processor time that it may take in each period, in microseconds.");

    public static readonly PodMetric SpecMemoryLimit = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_memory_limit_bytes", "Its memory limit, in bytes; 0: none.");

    public static readonly PodMetric SpecMemoryReservation = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_memory_reservation_limit_bytes", "Memory that it keeps whatever others need, in bytes; 0: none.");

    public static readonly PodMetric SpecMemorySwapLimit = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_spec_memory_swap_limit_bytes", "Its limit of memory and swap together, in bytes; 0: none.");

    public static readonly PodMetric StartTime = new(
        PodMetricGroups.Spec, MetricType.Gauge, "container_start_time_seconds", "When it was started, in seconds since 1970.");

    public static readonly PodMetric PressureCpuStalled = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_cpu_stalled_seconds_total", "How long all its tasks at once have waited for processors, in seconds.");

    public static readonly PodMetric PressureCpuWaiting = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_cpu_waiting_seconds_total", "How long some of its tasks have waited for processors, in seconds.");

    public static readonly PodMetric PressureMemoryStalled = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_memory_stalled_seconds_total", "How long all its tasks at once have waited for memory, in seconds.");

    public static readonly PodMetric PressureMemoryWaiting = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_memory_waiting_seconds_total", "How long some of its tasks have waited for memory, in seconds.");

    public static readonly PodMetric PressureIoStalled = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_io_stalled_seconds_total", "How long all its tasks at once have waited for disks, in seconds.");

    public static readonly PodMetric PressureIoWaiting = new(
        PodMetricGroups.Pressure, MetricType.Counter, "container_pressure_io_waiting_seconds_total", "How long some of its tasks have waited for disks, in seconds.");

    public static readonly IReadOnlyList<PodMetric> All =
    [
        LastSeen, CpuUser, CpuSystem, CpuUsage, CfsPeriods, CfsThrottledPeriods, CfsThrottledSeconds, FsInodesFree, FsInodesTotal, FsLimit, FsUsage,
        FsReadsBytes, FsReads, FsWritesBytes, FsWrites, BlkioDeviceUsage, HugetlbUsage, HugetlbMaxUsage, MemoryCache, MemoryRss, MemoryKernel,
        MemoryMappedFile, MemorySwap, MemoryFailcnt, MemoryUsage, MemoryMaxUsage, MemoryWorkingSet, MemoryFailures, NetworkReceiveBytes,
        NetworkReceivePackets, NetworkReceiveDrops, NetworkReceiveErrors, NetworkTransmitBytes, NetworkTransmitPackets, NetworkTransmitDrops,
        NetworkTransmitErrors, OomEvents, FileDescriptors, Processes, Sockets, Threads, ThreadsMax, UlimitsSoft, SpecCpuPeriod, SpecCpuShares,
        SpecCpuQuota, SpecMemoryLimit, SpecMemoryReservation, SpecMemorySwapLimit, StartTime, PressureCpuStalled, PressureCpuWaiting,
        PressureMemoryStalled, PressureMemoryWaiting, PressureIoStalled, PressureIoWaiting,
    ];

    /// <summary>Those of the groups, and those that are always told.</summary>
    public static IEnumerable<PodMetric> Of(PodMetricGroups groups) => All.Where(metric => metric.Group == PodMetricGroups.None || groups.HasFlag(metric.Group));
}
