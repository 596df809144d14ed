using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupUsageTests : IDisposable
{
    private static readonly CgroupPath Pod = CgroupPath.Parse("/pods/p1");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Usage_OnV2_IsWhatTheFilesSay()
    {
        WriteV2();
        Write("memory.swap.current", "100\n");
        Write("memory.swap.max", "300\n");
        Write("io.pressure", "some avg10=1.00 avg60=0.00 avg300=0.00 total=2\n");
        Write("pids.current", "3\n");

        var usage = V2().UsageOf(Pod);

        Assert.Equal(7_000UL, usage.CpuNanoseconds);
        Assert.Equal((1000UL, 900UL, 4100UL), (usage.MemoryBytes, usage.WorkingSetBytes, usage.AvailableBytes));
        Assert.Equal(new MemoryCounters(600, 100, 8, 1, null), usage.Memory);
        Assert.Equal((100UL, 200UL), (usage.SwapBytes, usage.AvailableSwapBytes));
        Assert.Equal(new Pressure(new Stall(1, 0, 0, 2_000), null), usage.IoPressure);
        Assert.Null(usage.CpuPressure);
        Assert.Equal(3UL, V2().TaskCountOf(Pod));
    }

    [Fact]
    public void Usage_OnAHybridHost_IsV1sWithThePressureOfV2()
    {
        Write("cpuacct.usage", "12345\n", "cpu");
        Write("memory.usage_in_bytes", "1000\n", "memory");
        Write("memory.limit_in_bytes", "5000\n", "memory");
        Write("memory.memsw.limit_in_bytes", "5300\n", "memory");
        Write("memory.stat", "total_rss 600\ntotal_inactive_file 100\ntotal_swap 100\ntotal_pgfault 8\ntotal_pgmajfault 1\n", "memory");
        Write("cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n", "unified");

        var usage = Hybrid().UsageOf(Pod);

        Assert.Equal(12345UL, usage.CpuNanoseconds);
        Assert.Equal((1000UL, 900UL, 4100UL), (usage.MemoryBytes, usage.WorkingSetBytes, usage.AvailableBytes));
        Assert.Equal((100UL, 200UL), (usage.SwapBytes, usage.AvailableSwapBytes));
        Assert.Equal(5_000UL, usage.CpuPressure?.Some.TotalNanoseconds);
    }

    [Fact]
    public void Usage_WithoutLimits_HasNothingAvailable()
    {
        WriteV2();
        Write("memory.max", "max\n");

        var usage = V2().UsageOf(Pod);

        Assert.Equal(900UL, usage.WorkingSetBytes);
        Assert.Null(usage.AvailableBytes);
        Assert.Null(usage.SwapBytes);
        Assert.Null(usage.AvailableSwapBytes);
    }

    [Fact]
    public void Usage_AboveItsLimit_LeavesNothing()
    {
        WriteV2();
        Write("memory.max", "800\n");

        Assert.Equal(0UL, V2().UsageOf(Pod).AvailableBytes);
    }

    [Fact]
    public void Usage_WhenAFileHoldsGarbage_LeavesThatOut()
    {
        WriteV2();
        Write("cpu.stat", "\0\0\0garbage");
        Write("memory.stat", "inactive_file many\nanon 600\n");
        Write("memory.pressure", new string('x', 200_000));

        var usage = V2().UsageOf(Pod);

        Assert.Null(usage.CpuNanoseconds);
        Assert.Null(usage.WorkingSetBytes);
        Assert.Null(usage.AvailableBytes);
        Assert.Null(usage.MemoryPressure);
        Assert.Equal((1000UL, 600UL), (usage.MemoryBytes, usage.Memory.AnonymousBytes));
        Assert.True(usage.IsKnown);
    }

    [Fact]
    public void Usage_WhenAFileIsAFolderOrALink_LeavesThatOut()
    {
        WriteV2();
        File.Delete(_folder["cg/pods/p1/memory.stat"]);
        _folder.Make("cg/pods/p1/memory.stat");
        File.Delete(_folder["cg/pods/p1/cpu.stat"]);
        File.CreateSymbolicLink(_folder["cg/pods/p1/cpu.stat"], _folder.Write("elsewhere", "usage_usec 1\n"));

        var usage = V2().UsageOf(Pod);

        Assert.Null(usage.CpuNanoseconds);
        Assert.Null(usage.WorkingSetBytes);
        Assert.Equal(1000UL, usage.MemoryBytes);
    }

    [Fact]
    public void Usage_OfACgroupThatIsNotThere_IsNotKnown()
    {
        foreach (var hierarchies in (CgroupHierarchies[])[V2(), Hybrid(), CgroupHierarchies.Detect()])
        {
            Assert.Equal(CgroupUsage.Unknown, hierarchies.UsageOf(CgroupPath.Parse("/no-such-cgroup")));
            Assert.Null(hierarchies.TaskCountOf(CgroupPath.Parse("/no-such-cgroup")));
        }

        Assert.False(CgroupUsage.Unknown.IsKnown);
    }

    private void WriteV2()
    {
        Write("cpu.stat", "usage_usec 7\nuser_usec 5\n");
        Write("memory.current", "1000\n");
        Write("memory.max", "5000\n");
        Write("memory.stat", "anon 600\nfile 300\ninactive_file 100\npgfault 8\npgmajfault 1\n");
    }

    private void Write(string file, string content, string hierarchy = "cg") => _folder.Write($"{hierarchy}/pods/p1/{file}", content);

    private CgroupHierarchies V2()
    {
        _folder.Write("cg/cgroup.controllers", "cpu memory pids\n");
        return CgroupHierarchies.FromMountTable(MountTable.Parse($"32 31 0:29 / {_folder["cg"]} rw - cgroup2 cgroup2 rw"));
    }

    private CgroupHierarchies Hybrid() => CgroupHierarchies.FromMountTable(MountTable.Parse(
        $"32 31 0:29 / {_folder["cpu"]} rw - cgroup cgroup rw,cpu,cpuacct\n33 31 0:30 / {_folder["memory"]} rw - cgroup cgroup rw,memory\n34 31 0:31 / {_folder["unified"]} rw - cgroup2 cgroup2 rw"));
}
