
namespace CriSharp.Linux.Cgroups;

public sealed partial class CgroupHierarchies
{
    /// <summary>Each file is read once; what is not there, or makes no sense, is left out. So with all below.</summary>
    public CpuFigures CpuFiguresOf(CgroupPath path)
    {
        if (Find("cpuacct") is not { } accounts)
        {
            return Unified is { } unified ? Read(unified.DirectoryOf(path), "cpu.stat", CpuFigures.ParseUnified) : default;
        }

        var directory = accounts.DirectoryOf(path);
        var figures = Find("cpu") is { IsUnified: false } cpu ? Read(cpu.DirectoryOf(path), "cpu.stat", CpuFigures.ParseLegacy) : default;
        return figures with
        {
            TotalNanoseconds = Read(directory, "cpuacct.usage", CgroupText.Number),
            UserNanoseconds = Read(directory, "cpuacct.usage_user", CgroupText.Number),
            SystemNanoseconds = Read(directory, "cpuacct.usage_sys", CgroupText.Number),
        };
    }

    public MemoryFigures MemoryFiguresOf(CgroupPath path)
    {
        if (Find("memory") is not { } hierarchy)
        {
            return default;
        }

        var directory = hierarchy.DirectoryOf(path);
        return hierarchy.IsUnified
            ? Read(directory, "memory.stat", MemoryFigures.ParseUnified) with
            {
                UsageBytes = Read(directory, "memory.current", CgroupText.Number),
                HighestUsageBytes = Read(directory, "memory.peak", CgroupText.Number),
                SwapBytes = Read(directory, "memory.swap.current", CgroupText.Number),
            }
            : Read(directory, "memory.stat", MemoryFigures.ParseLegacy) with
            {
                UsageBytes = Read(directory, "memory.usage_in_bytes", CgroupText.Number),
                HighestUsageBytes = Read(directory, "memory.max_usage_in_bytes", CgroupText.Number),
                KernelBytes = Read(directory, "memory.kmem.usage_in_bytes", CgroupText.Number),
            };
    }

    public MemoryEvents MemoryEventsOf(CgroupPath path)
    {
        if (Find("memory") is not { } hierarchy)
        {
            return default;
        }

        var directory = hierarchy.DirectoryOf(path);
        return hierarchy.IsUnified
            ? Read(directory, "memory.events", MemoryEvents.ParseUnified)
            : new MemoryEvents(Read(directory, "memory.failcnt", CgroupText.Number), Read(directory, "memory.oom_control", MemoryEvents.ParseLegacyKills));
    }

    /// <summary>What went to disks and came from them; a disk that has seen nothing is not told of.</summary>
    public IReadOnlyList<DeviceTraffic> TrafficOf(CgroupPath path)
    {
        if (Find("blkio") is { } hierarchy)
        {
            var directory = hierarchy.DirectoryOf(path);
            return DeviceTraffic.OfLegacy(
                Read(directory, "blkio.throttle.io_service_bytes_recursive", DeviceTraffic.ParseLegacy) ?? [],
                Read(directory, "blkio.throttle.io_serviced_recursive", DeviceTraffic.ParseLegacy) ?? []);
        }

        return Find("io") is { } unified ? Read(unified.DirectoryOf(path), "io.stat", DeviceTraffic.ParseUnified) ?? [] : [];
    }

    /// <param name="pageSize">"2MB", as the controller's files are named.</param>
    public HugetlbFigures HugetlbOf(CgroupPath path, string pageSize)
    {
        if (Find("hugetlb") is not { } hierarchy)
        {
            return default;
        }

        var directory = hierarchy.DirectoryOf(path);
        return hierarchy.IsUnified
            ? new HugetlbFigures(Read(directory, $"hugetlb.{pageSize}.current", CgroupText.Number), null)
            : new HugetlbFigures(
                Read(directory, $"hugetlb.{pageSize}.usage_in_bytes", CgroupText.Number), Read(directory, $"hugetlb.{pageSize}.max_usage_in_bytes", CgroupText.Number));
    }

    public PressureFigures PressureOf(CgroupPath path) => Unified?.DirectoryOf(path) is not { } directory
        ? default
        : new PressureFigures(
            Read(directory, "cpu.pressure", Pressure.Parse), Read(directory, "memory.pressure", Pressure.Parse), Read(directory, "io.pressure", Pressure.Parse));

    /// <summary>Tasks that a cgroup and all below it may have.</summary>
    /// <returns>0: as many as they like; null where it is not known.</returns>
    public ulong? TaskLimitOf(CgroupPath path) =>
        Find("pids") is { } hierarchy ? Read(hierarchy.DirectoryOf(path), "pids.max", text => text.SequenceEqual("max\n"u8) ? 0 : CgroupText.Number(text)) : null;

    /// <summary>The processes of a cgroup and of all below it, by one hierarchy alone.</summary>
    public IReadOnlyList<int> ProcessesOf(CgroupPath path)
    {
        var hierarchy = Find("pids") ?? Find("memory") ?? All[0];
        var pids = new List<int>();
        CgroupTree.Visit(hierarchy.DirectoryOf(path), directory => pids.AddRange(CgroupFile.ReadPids(directory)));
        return pids;
    }
}
