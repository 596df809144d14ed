using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupFiguresTests : IDisposable
{
    private static readonly CgroupPath Container = CgroupPath.Parse("/pods/p1/c1");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cpu_OnV2_IsWhatCpuStatSays()
    {
        Write("cpu.stat", "usage_usec 7000\nuser_usec 5000\nsystem_usec 2000\nnice_usec 0\nnr_periods 10\nnr_throttled 3\nthrottled_usec 40\nnr_bursts 0\n");
        Assert.Equal(new CpuFigures(7_000_000, 5_000_000, 2_000_000, 10, 3, 40_000), V2().CpuFiguresOf(Container));
    }

    [Fact]
    public void Cpu_OnV2WithoutLimit_HasNoPeriods()
    {
        Write("cpu.stat", "usage_usec 7000\nuser_usec 5000\nsystem_usec 2000\n");
        Assert.Equal(new CpuFigures(7_000_000, 5_000_000, 2_000_000, null, null, null), V2().CpuFiguresOf(Container));
    }

    [Fact]
    public void Cpu_OnV1_IsOfBothControllers()
    {
        Write("cpuacct.usage", "7000\n", "cpu");
        Write("cpuacct.usage_user", "5000\n", "cpu");
        Write("cpuacct.usage_sys", "2000\n", "cpu");
        Write("cpu.stat", "nr_periods 10\nnr_throttled 3\nthrottled_time 40\n", "cpu");
        Assert.Equal(new CpuFigures(7000, 5000, 2000, 10, 3, 40), Hybrid().CpuFiguresOf(Container));
    }

    [Fact]
    public void Memory_OnV2_IsOfFiveFiles()
    {
        Write("memory.current", "1000\n");
        Write("memory.peak", "3000\n");
        Write("memory.swap.current", "100\n");
        Write("memory.stat", "anon 600\nfile 300\nkernel 70\nfile_mapped 20\ninactive_file 150\npgfault 8\npgmajfault 1\n");
        Write("memory.events", "low 0\nhigh 0\nmax 5\noom 2\noom_kill 1\n");

        var memory = V2().MemoryFiguresOf(Container);
        Assert.Equal(new MemoryFigures(1000, 3000, 300, 600, 70, 20, 100, 150, 8, 1, 8, 1), memory);
        Assert.Equal(850UL, memory.WorkingSetBytes);
        Assert.Equal(new MemoryEvents(5, 1), V2().MemoryEventsOf(Container));
    }

    [Fact]
    public void Memory_OfAnOldKernelWithV2_LeavesOutWhatItDoesNotTell()
    {
        Write("memory.current", "1000\n");
        Write("memory.stat", "anon 600\nfile 300\nfile_mapped 20\ninactive_file 1500\npgfault 8\npgmajfault 1\n");

        var memory = V2().MemoryFiguresOf(Container);
        Assert.Equal((null, null, null), (memory.HighestUsageBytes, memory.KernelBytes, memory.SwapBytes));
        Assert.Equal(0UL, memory.WorkingSetBytes);
        Assert.Equal(default, V2().MemoryEventsOf(Container));
    }

    [Fact]
    public void Memory_OnV1_IsWithWhatIsBelow()
    {
        Write("memory.usage_in_bytes", "1000\n", "memory");
        Write("memory.max_usage_in_bytes", "3000\n", "memory");
        Write("memory.kmem.usage_in_bytes", "70\n", "memory");
        Write("memory.failcnt", "5\n", "memory");
        Write("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n", "memory");
        Write(
            "memory.stat",
            "cache 1\nrss 2\nmapped_file 3\nswap 4\npgfault 5\npgmajfault 6\ninactive_file 7\ntotal_cache 300\ntotal_rss 600\ntotal_mapped_file 20\ntotal_swap 100\ntotal_pgfault 8\ntotal_pgmajfault 9\ntotal_inactive_file 150\n",
            "memory");

        Assert.Equal(new MemoryFigures(1000, 3000, 300, 600, 70, 20, 100, 150, 8, 9, 5, 6), Hybrid().MemoryFiguresOf(Container));
        Assert.Equal(new MemoryEvents(5, 1), Hybrid().MemoryEventsOf(Container));
    }

    [Fact]
    public void Traffic_OnV2_IsOneLineForEachDevice()
    {
        Write("io.stat", "8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=16 dios=1\n259:3 rbytes=1 wbytes=2\n8:16 \ngarbage\n7:x rbytes=1\n");
        Assert.Equal(
            [new DeviceTraffic(8, 0, 4096, 8192, 16, 1, 2), new DeviceTraffic(259, 3, 1, 2, null, null, null), new DeviceTraffic(8, 16, null, null, null, null, null)],
            V2().TrafficOf(Container));
    }

    [Fact]
    public void Traffic_OnV1_IsOneLineForEachOperation()
    {
        Write("blkio.throttle.io_service_bytes_recursive", "8:0 Read 4096\n8:0 Write 8192\n8:0 Sync 1\n8:0 Discard 16\n8:0 Total 12304\n8:16 Read 1\nTotal 12305\n", "blkio");
        Write("blkio.throttle.io_serviced_recursive", "8:0 Read 1\n8:0 Write 2\n8:0 Total 3\nTotal 3\n", "blkio");
        Assert.Equal([new DeviceTraffic(8, 0, 4096, 8192, 16, 1, 2), new DeviceTraffic(8, 16, 1, null, null, null, null)], Hybrid().TrafficOf(Container));
    }

    [Fact]
    public void Hugetlb_IsToldByPageSize()
    {
        Write("hugetlb.2MB.current", "2097152\n");
        Write("hugetlb.2MB.usage_in_bytes", "4194304\n", "hugetlb");
        Write("hugetlb.2MB.max_usage_in_bytes", "6291456\n", "hugetlb");
        Assert.Equal(new HugetlbFigures(2097152, null), V2().HugetlbOf(Container, "2MB"));
        Assert.Equal(new HugetlbFigures(4194304, 6291456), Hybrid().HugetlbOf(Container, "2MB"));
        Assert.Equal(default, V2().HugetlbOf(Container, "1GB"));
    }

    [Fact]
    public void Pressure_IsV2s()
    {
        Write("cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=4\n", "unified");
        var pressure = Hybrid().PressureOf(Container);
        Assert.Equal((5_000UL, 4_000UL), (pressure.Cpu!.Some.TotalNanoseconds, pressure.Cpu.Full!.Value.TotalNanoseconds));
        Assert.Null(pressure.Memory);
    }

    [Theory]
    [InlineData("max\n", 0UL)]
    [InlineData("33\n", 33UL)]
    [InlineData("many\n", null)]
    [InlineData("", null)]
    public void TaskLimit_IsZeroWhereThereIsNone(string text, ulong? expected)
    {
        Write("pids.max", text);
        Assert.Equal(expected, V2().TaskLimitOf(Container));
    }

    [Fact]
    public void Processes_AreThoseBelowToo()
    {
        Write("cgroup.procs", "11\n12\n0\n");
        Write("nested/cgroup.procs", "13\n");
        Assert.Equal([11, 12, 13], V2().ProcessesOf(Container).Order());
    }

    [Fact]
    public void Figures_OfFilesWithGarbage_AreLeftOut()
    {
        foreach (var file in (string[])["cpu.stat", "memory.current", "memory.stat", "memory.events", "memory.peak", "io.stat", "hugetlb.2MB.current", "io.pressure", "pids.max"])
        {
            Write(file, "\0\xff usage_usec -1\nanon x\n:\n8:\n8: 1\nmax\nmax 99999999999999999999999\n");
        }

        AssertNothing(V2());
    }

    [Fact]
    public void Figures_OfACgroupThatHasGone_AreNone()
    {
        AssertNothing(V2());
        AssertNothing(Hybrid());
        AssertNothing(CgroupHierarchies.Detect());
    }

    private static void AssertNothing(CgroupHierarchies hierarchies)
    {
        Assert.Equal(default, hierarchies.CpuFiguresOf(Container));
        Assert.Equal(default, hierarchies.MemoryFiguresOf(Container));
        Assert.Equal(default, hierarchies.MemoryEventsOf(Container));
        Assert.Empty(hierarchies.TrafficOf(Container));
        Assert.Equal(default, hierarchies.HugetlbOf(Container, "2MB"));
        Assert.Equal(default, hierarchies.PressureOf(Container));
        Assert.Null(hierarchies.TaskLimitOf(Container));
        Assert.Empty(hierarchies.ProcessesOf(Container));
    }

    private void Write(string file, string content, string hierarchy = "cg") => _folder.Write($"{hierarchy}/pods/p1/c1/{file}", content);

    private CgroupHierarchies V2()
    {
        _folder.Write("cg/cgroup.controllers", "cpu memory pids io hugetlb\n");
        return CgroupHierarchies.FromMountTable(MountTable.Parse($"32 31 0:29 / {_folder["cg"]} rw - cgroup2 cgroup2 rw"));
    }

    private CgroupHierarchies Hybrid()
    {
        var v1 = ((string Folder, string Options)[])[("cpu", "cpu,cpuacct"), ("memory", "memory"), ("blkio", "blkio"), ("hugetlb", "hugetlb")];
        var lines = v1.Select((mount, number) => $"{40 + number} 31 0:{40 + number} / {_folder[mount.Folder]} rw - cgroup cgroup rw,{mount.Options}");
        return CgroupHierarchies.FromMountTable(MountTable.Parse(string.Join('\n', [.. lines, $"34 31 0:31 / {_folder["unified"]} rw - cgroup2 cgroup2 rw"])));
    }
}
