using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class ResourcesTests
{
    private static ContainerSpecInput With(LinuxContainerResources resources) => Requests.With(config => config.Linux.Resources = resources);

    private static SpecResources Built(LinuxContainerResources resources) => ContainerSpec.Build(With(resources)).Spec.Linux.Resources!;

    [Fact]
    public void Zero_IsNotSet()
    {
        var resources = Built(new LinuxContainerResources());

        Assert.Null(resources.Memory);
        Assert.Null(resources.Cpu);
        Assert.Null(resources.HugepageLimits);
        Assert.Null(resources.Unified);
        Assert.Null(resources.Pids);
    }

    [Theory]
    [InlineData(100, 0, 100L)]
    [InlineData(100, 100, 100L)]
    [InlineData(100, 150, 150L)]
    [InlineData(100, -1, -1L)]
    public void Swap_GoesWithMemory(long limit, long swap, long? expected) => Assert.Equal(
        new SpecMemory { Limit = limit, Swap = expected },
        Built(new LinuxContainerResources { MemoryLimitInBytes = limit, MemorySwapLimitInBytes = swap }).Memory);

    [Fact]
    public void Swap_WithoutAccounting_IsLeftOut()
    {
        var input = With(new LinuxContainerResources { MemoryLimitInBytes = 100, MemorySwapLimitInBytes = 100 });

        Assert.Equal(
            new SpecMemory { Limit = 100 },
            ContainerSpec.Build(input with { Host = Requests.Host with { HasSwapAccounting = false } }).Spec.Linux.Resources!.Memory);
    }

    [Fact]
    public void Nonsense_IsRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "less than", With(new LinuxContainerResources { MemoryLimitInBytes = 100, MemorySwapLimitInBytes = 50 }));
        Refused.Build(ErrorKind.InvalidArgument, "negative", With(new LinuxContainerResources { MemoryLimitInBytes = -1 }));
        Refused.Build(ErrorKind.InvalidArgument, "negative", With(new LinuxContainerResources { CpuShares = -1 }));
        Refused.Build(ErrorKind.InvalidArgument, "negative", With(new LinuxContainerResources { CpuQuota = -2 }));
        Refused.Build(ErrorKind.InvalidArgument, "cpuset_cpus", With(new LinuxContainerResources { CpusetCpus = "0\n1" }));
        Refused.Build(ErrorKind.InvalidArgument, "page size", With(new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "../x" } } }));
    }

    [Fact]
    public void Cpu_IsPassedOn() => Assert.Equal(
        new SpecCpu { Shares = 2, Quota = -1, Period = 100000, Cpus = "0-1,3", Mems = "0" },
        Built(new LinuxContainerResources { CpuShares = 2, CpuQuota = -1, CpuPeriod = 100000, CpusetCpus = "0-1,3", CpusetMems = "0" }).Cpu);

    [Fact]
    public void Hugepages_WithoutTheController_AreIgnored()
    {
        var input = With(new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 4096 } } });

        Assert.Null(ContainerSpec.Build(input with { Host = Requests.Host with { HasHugetlb = false } }).Spec.Linux.Resources!.HugepageLimits);
    }

    [Theory]
    [InlineData("cgroup.procs")]
    [InlineData("cgroup.freeze")]
    [InlineData("../memory.max")]
    [InlineData("memory/max.x")]
    [InlineData("memorymax")]
    [InlineData(".x")]
    [InlineData("")]
    public void Unified_ThatIsNoControllersFile_IsRefused(string file) =>
        Refused.Build(ErrorKind.InvalidArgument, "unified", With(new LinuxContainerResources { Unified = { [file] = "1" } }));

    [Fact]
    public void Unified_OnV1_IsRefused() => Refused.Build(
        ErrorKind.FailedPrecondition,
        "cgroup v2",
        With(new LinuxContainerResources { Unified = { ["memory.high"] = "1" } }) with { Host = Requests.Host with { CgroupVersion = CgroupVersion.V1 } });

    [Fact]
    public void OomScoreAdj_BelowTheFloor_IsRaisedWithAWarning()
    {
        var input = With(new LinuxContainerResources { OomScoreAdj = -997 });
        var clamped = ContainerSpec.Build(input with { Host = Requests.Host with { OomScoreAdjFloor = 0 } });

        Assert.Equal(-997, ContainerSpec.Build(input).Spec.Process.OomScoreAdj);
        Assert.Equal(0, clamped.Spec.Process.OomScoreAdj);
        Assert.Contains("-997", Assert.Single(clamped.Warnings), StringComparison.Ordinal);
        Refused.Build(ErrorKind.InvalidArgument, "oom_score_adj", With(new LinuxContainerResources { OomScoreAdj = 1001 }));
        Refused.Build(ErrorKind.InvalidArgument, "oom_score_adj", With(new LinuxContainerResources { OomScoreAdj = -1001 }));
    }

    [Fact]
    public void Device_ThatIsNotThere_IsRefused()
    {
        Refused.Build(ErrorKind.InvalidArgument, "/dev/none", Requests.With(config => config.Devices.Add(new Device { HostPath = "/dev/none" })));
        Refused.Build(ErrorKind.InvalidArgument, "permissions", Requests.With(config => config.Devices.Add(new Device { HostPath = "/dev/null", Permissions = "rx" })));
    }
}
