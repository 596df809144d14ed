using CriSharp.Cri.V1;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Specs.Tests;

public sealed class ResourcesTests
{
    private const long Mega = 1 << 20;

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
    [InlineData(100 * Mega, 0, 100L * Mega)]
    [InlineData(100 * Mega, 100 * Mega, 100L * Mega)]
    [InlineData(100 * Mega, 150 * Mega, 150L * Mega)]
    [InlineData(100 * Mega, -1, -1L)]
    [InlineData(-1, 0, -1L)]
    public void Swap_GoesWithMemory(long limit, long swap, long? expected) => Assert.Equal(
        new SpecMemory { Limit = limit, Swap = expected },
        Built(new LinuxContainerResources { MemoryLimitInBytes = limit, MemorySwapLimitInBytes = swap }).Memory);

    [Fact]
    public void Swap_WithoutAccounting_IsLeftOut()
    {
        var input = With(new LinuxContainerResources { MemoryLimitInBytes = 100 * Mega, MemorySwapLimitInBytes = 200 * Mega });

        Assert.Equal(
            new SpecMemory { Limit = 100 * Mega },
            ContainerSpec.Build(input with { Host = Requests.Host with { HasSwapAccounting = false } }).Spec.Linux.Resources!.Memory);
    }

    [Fact]
    public void Swap_WithoutALimitOfMemory_IsPassedOver()
    {
        Assert.Null(Built(new LinuxContainerResources { MemorySwapLimitInBytes = 100 * Mega }).Memory);
        Assert.Equal(new SpecMemory { Swap = -1 }, Built(new LinuxContainerResources { MemorySwapLimitInBytes = -1 }).Memory);
    }

    [Fact]
    public void Swap_GivenByItsFile_IsNotSetByUsAsWell()
    {
        var resources = Built(new LinuxContainerResources { MemoryLimitInBytes = 100 * Mega, Unified = { ["memory.swap.max"] = "1000000" } });

        Assert.Equal(new SpecMemory { Limit = 100 * Mega }, resources.Memory);
        Assert.Equal("1000000", resources.Unified!["memory.swap.max"]);
    }

    [Theory]
    [InlineData(-2, 0, "memory_limit_in_bytes -2", "only -1")]
    [InlineData(0, -2, "memory_swap_limit_in_bytes -2", "only -1")]
    [InlineData(12 * Mega - 1, 0, "memory_limit_in_bytes 12582911", "12582912 bytes at least")]
    [InlineData(1, 0, "memory_limit_in_bytes 1 ", "12582912")]
    [InlineData(100 * Mega, 50 * Mega, "memory_swap_limit_in_bytes 52428800", "less than memory_limit_in_bytes 104857600")]
    [InlineData(-1, 50 * Mega, "memory_swap_limit_in_bytes 52428800", "memory_limit_in_bytes is -1")]
    public void Memory_ThatCantBe_IsRefused(long limit, long swap, string value, string rule)
    {
        var asked = With(new LinuxContainerResources { MemoryLimitInBytes = limit, MemorySwapLimitInBytes = swap });

        Refused.Build(ErrorKind.InvalidArgument, value, asked);
        Refused.Build(ErrorKind.InvalidArgument, rule, asked);
    }

    [Fact]
    public void Memory_IsEnoughFromTheLeastOn_AndTheLeastIsTheHandlers()
    {
        var asked = With(new LinuxContainerResources { MemoryLimitInBytes = 12 * Mega });
        Assert.Equal(12 * Mega, ContainerSpec.Build(asked).Spec.Linux.Resources!.Memory!.Limit);

        Refused.Build(ErrorKind.InvalidArgument, "20971520 bytes at least", asked with { Defaults = new ContainerDefaults { LeastMemoryBytes = 20 * Mega } });
    }

    [Theory]
    [InlineData(-1, 0, 0, "cpu_shares -1")]
    [InlineData(0, 999, 0, "cpu_period 999")]
    [InlineData(0, 1_000_001, 0, "cpu_period 1000001")]
    [InlineData(0, -1, 0, "cpu_period -1")]
    [InlineData(0, 0, 999, "cpu_quota 999")]
    [InlineData(0, 0, -2, "cpu_quota -2")]
    [InlineData(0, 0, 17_592_186_044_416, "cpu_quota 17592186044416 is out of range: 1000 to 17592186044415")]
    [InlineData(0, 0, long.MaxValue, "cpu_quota 9223372036854775807")]
    public void Cpu_ThatCantBe_IsRefused(long shares, long period, long quota, string value) => Refused.Build(
        ErrorKind.InvalidArgument, value, With(new LinuxContainerResources { CpuShares = shares, CpuPeriod = period, CpuQuota = quota }));

    [Theory]
    [InlineData(1_000)]
    [InlineData(17_592_186_044_415)]
    [InlineData(-1)]
    public void Quota_ToTheEndsOfTheKernelsRange_IsGiven(long quota) => Assert.Equal(quota, Built(new LinuxContainerResources { CpuQuota = quota }).Cpu!.Quota);

    [Theory]
    [InlineData(1, 2UL)]
    [InlineData(2, 2UL)]
    [InlineData(262_144, 262_144UL)]
    [InlineData(1_000_000, 262_144UL)]
    public void Shares_BeyondTheKernelsRange_AreItsNearest(long asked, ulong given) => Assert.Equal(given, Built(new LinuxContainerResources { CpuShares = asked }).Cpu!.Shares);

    [Theory]
    [InlineData("0\n1")]
    [InlineData("0-")]
    [InlineData("-1")]
    [InlineData("3-1")]
    [InlineData("0,,1")]
    [InlineData("0,")]
    [InlineData(" 0")]
    [InlineData("0-1-2")]
    [InlineData("a")]
    [InlineData("99999999999")]
    public void Cpuset_ThatIsNoList_IsRefused(string list)
    {
        Refused.Build(ErrorKind.InvalidArgument, $"cpuset_cpus {Refusal.Quote(list)}", With(new LinuxContainerResources { CpusetCpus = list }));
        Refused.Build(ErrorKind.InvalidArgument, $"cpuset_mems {Refusal.Quote(list)}", With(new LinuxContainerResources { CpusetMems = list }));
    }

    /// <summary>Each of its ranges would be gone through, number by number.</summary>
    [Fact]
    public void Cpuset_OfEndlessRanges_IsRefused()
    {
        var list = string.Join(',', Enumerable.Repeat("0-65535", 600));

        Refused.Build(ErrorKind.InvalidArgument, "4096 is the limit", With(new LinuxContainerResources { CpusetCpus = list }));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("2M")]
    [InlineData("2mb")]
    [InlineData("0MB")]
    [InlineData("MB")]
    [InlineData("")]
    [InlineData("2MB\n")]
    public void Hugepages_OfNoSize_AreRefused(string size) => Refused.Build(
        ErrorKind.InvalidArgument,
        $"hugepage_limits: {Refusal.Quote(size)}",
        With(new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = size } } }));

    [Fact]
    public void Hugepages_OfASizeThatTheHostLacks_AreRefusedUnlessNoneAreGiven()
    {
        var asked = With(new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "64KB", Limit = 1 } } });
        Refused.Build(ErrorKind.FailedPrecondition, "64KB", asked);
        Refused.Build(ErrorKind.FailedPrecondition, "1GB, 2MB", asked);

        Assert.Null(Built(new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "64KB" } } }).HugepageLimits);
    }

    [Fact]
    public void Hugepages_OfOneSizeTwice_AreRefusedWhereTheyDiffer()
    {
        HugepageLimit Limit(ulong bytes) => new() { PageSize = "2MB", Limit = bytes };
        Refused.Build(ErrorKind.InvalidArgument, "2MB has two limits", With(new LinuxContainerResources { HugepageLimits = { Limit(0), Limit(2 << 20) } }));

        Assert.Equal(2UL << 20, Assert.Single(Built(new LinuxContainerResources { HugepageLimits = { Limit(2 << 20), Limit(2 << 20) } }).HugepageLimits!).Limit);
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

    [Theory]
    [InlineData("memory.high", "")]
    [InlineData("memory.high", "1\n2")]
    public void Unified_WithoutAPlainValue_IsRefused(string file, string value) =>
        Refused.Build(ErrorKind.InvalidArgument, file, With(new LinuxContainerResources { Unified = { [file] = value } }));

    [Theory]
    [InlineData("memory.max", "memory_limit_in_bytes 104857600")]
    [InlineData("memory.swap.max", "memory_swap_limit_in_bytes 104857600")]
    [InlineData("cpu.max", "cpu_quota 50000")]
    [InlineData("cpu.weight", "cpu_shares 100")]
    [InlineData("cpuset.cpus", "cpuset_cpus \"0\"")]
    [InlineData("cpuset.mems", "cpuset_mems \"0\"")]
    [InlineData("hugetlb.2MB.max", "hugepage_limits 2MB 4096")]
    public void Unified_ThatIsNamedAsWell_IsRefused(string file, string named)
    {
        var asked = new LinuxContainerResources
        {
            MemoryLimitInBytes = 100 * Mega,
            MemorySwapLimitInBytes = 100 * Mega,
            CpuQuota = 50000,
            CpuShares = 100,
            CpusetCpus = "0",
            CpusetMems = "0",
            HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 4096 } },
            Unified = { [file] = "20000000" },
        };
        Refused.Build(ErrorKind.InvalidArgument, $"{file} \"20000000\"", With(asked));
        Refused.Build(ErrorKind.InvalidArgument, named, With(asked));
        Assert.Equal("20000000", Built(new LinuxContainerResources { Unified = { [file] = "20000000" } }).Unified![file]);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("0")]
    [InlineData(" 1k ")]
    [InlineData("12582911")]
    [InlineData("11M")]
    [InlineData("0xB00000")]
    [InlineData("0xe")]
    [InlineData("017")]
    [InlineData("16E")]
    public void MemoryMax_BelowTheLeast_IsRefused(string value)
    {
        var asked = With(new LinuxContainerResources { Unified = { ["memory.max"] = value } });

        Refused.Build(ErrorKind.InvalidArgument, $"memory.max {Refusal.Quote(value)} is too low", asked);
        Refused.Build(ErrorKind.InvalidArgument, "12582912 bytes at least", asked);
    }

    /// <summary>What is no number the kernel refuses.</summary>
    [Theory]
    [InlineData("max")]
    [InlineData("12582912")]
    [InlineData("12m")]
    [InlineData("1G")]
    [InlineData("1e")]
    [InlineData("0xC00000")]
    [InlineData("18446744073709551615")]
    [InlineData("12MB")]
    [InlineData("089")]
    public void MemoryMax_FromTheLeastOn_IsPassedOn(string value) =>
        Assert.Equal(value, Built(new LinuxContainerResources { Unified = { ["memory.max"] = value } }).Unified!["memory.max"]);

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
