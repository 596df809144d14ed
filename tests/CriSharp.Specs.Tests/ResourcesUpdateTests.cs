using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs.Tests;

public sealed class ResourcesUpdateTests
{
    private const long Mega = 1 << 20;

    private static readonly LimitsFound Found = new("0-3", "0-1", null, new Dictionary<string, string> { ["memory.high"] = "max", ["io.weight"] = "100", ["io.max"] = "" });

    private static LinuxContainerResources Full => new()
    {
        CpuShares = 512,
        CpuPeriod = 100_000,
        CpuQuota = 50_000,
        CpusetCpus = "0-1",
        CpusetMems = "0",
        MemoryLimitInBytes = 100 * Mega,
        MemorySwapLimitInBytes = 300 * Mega,
        OomScoreAdj = 900,
        HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 4096 } },
        Unified = { ["memory.high"] = "90000000" },
    };

    [Fact]
    public void Merge_OfNothing_LeavesAll() => Assert.Equal(Full, ResourcesUpdate.Merge(Full, new LinuxContainerResources(), Requests.Host));

    [Fact]
    public void Merge_OfEverything_ReplacesAllButTheOomScoreAndHugepages()
    {
        var asked = new LinuxContainerResources
        {
            CpuShares = 2,
            CpuPeriod = 50_000,
            CpuQuota = -1,
            CpusetCpus = "1",
            CpusetMems = "1",
            MemoryLimitInBytes = 200 * Mega,
            MemorySwapLimitInBytes = 400 * Mega,
            OomScoreAdj = 7,
            HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 4096 }, new HugepageLimit { PageSize = "64KB" } },
            Unified = { ["memory.high"] = "1000", ["io.weight"] = "10" },
        };

        var merged = ResourcesUpdate.Merge(Full, asked, Requests.Host);

        Assert.Equal(asked.Unified, merged.Unified);
        Assert.Equal((2, 50_000, -1, "1", "1"), (merged.CpuShares, merged.CpuPeriod, merged.CpuQuota, merged.CpusetCpus, merged.CpusetMems));
        Assert.Equal((200 * Mega, 400 * Mega, 900), (merged.MemoryLimitInBytes, merged.MemorySwapLimitInBytes, merged.OomScoreAdj));
        Assert.Equal(Full.HugepageLimits, merged.HugepageLimits);
    }

    [Theory]
    [InlineData(100, 100, 200, 200)]
    [InlineData(100, 100, -1, -1)]
    [InlineData(100, 300, 200, 300)]
    [InlineData(100, -1, 200, -1)]
    [InlineData(100, 0, 200, 0)]
    public void Merge_OfMemoryAlone_GivesNoSwapWhereThereWasNone(long limit, long swap, long newLimit, long swapAfter)
    {
        var inForce = new LinuxContainerResources { MemoryLimitInBytes = limit, MemorySwapLimitInBytes = swap };

        Assert.Equal(swapAfter, ResourcesUpdate.Merge(inForce, new LinuxContainerResources { MemoryLimitInBytes = newLimit }, Requests.Host).MemorySwapLimitInBytes);
    }

    [Fact]
    public void Merge_OfOtherHugepages_IsRefusedWhereThereIsAController()
    {
        var asked = new LinuxContainerResources { HugepageLimits = { new HugepageLimit { PageSize = "2MB", Limit = 8192 } } };

        Refused.With(Primitives.ErrorKind.FailedPrecondition, "2MB 8192", () => ResourcesUpdate.Merge(Full, asked, Requests.Host));
        Assert.Equal(Full, ResourcesUpdate.Merge(Full, asked, Requests.Host with { HasHugetlb = false }));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public void Build_OfNonsense_IsRefusedAsAtCreation(long limit) => Refused.Invalid(
        $"memory_limit_in_bytes {limit}",
        () => ResourcesUpdate.Build(ResourcesUpdate.Merge(Full, new LinuxContainerResources { MemoryLimitInBytes = limit }, Requests.Host), Requests.Host, 12 * Mega));

    [Fact]
    public void Build_TellsAllButHugepages()
    {
        var update = ResourcesUpdate.Build(Full, Requests.Host, 12 * Mega);

        Assert.Null(update.HugepageLimits);
        Assert.Null(update.Devices);
        Assert.Equal(new SpecMemory { Limit = 100 * Mega, Swap = 300 * Mega }, update.Memory);
        Assert.Equal(new SpecCpu { Shares = 512, Period = 100_000, Quota = 50_000, Cpus = "0-1", Mems = "0" }, update.Cpu);
    }

    [Fact]
    public void Undo_OfWhatWasSet_IsWhatItWas()
    {
        var earlier = ResourcesUpdate.Build(Full, Requests.Host, 12 * Mega);
        var later = ResourcesUpdate.Build(new LinuxContainerResources(Full) { CpuShares = 7, MemoryLimitInBytes = 150 * Mega }, Requests.Host, 12 * Mega);

        var undo = ResourcesUpdate.Undo(later, earlier, Found);

        Assert.Equal((earlier.Memory, earlier.Cpu), (undo.Memory, undo.Cpu));
        Assert.Equal(earlier.Unified, undo.Unified);
    }

    [Fact]
    public void Undo_OfWhatWasNotSet_NamesWhatTheKernelHadAnyway()
    {
        var nothing = ResourcesUpdate.Build(new LinuxContainerResources(), Requests.Host, 12 * Mega);
        var later = ResourcesUpdate.Build(new LinuxContainerResources(Full) { Unified = { ["io.weight"] = "7", ["io.max"] = "8:0 rbps=1", ["io.absent"] = "7" } }, Requests.Host, 12 * Mega);

        var undo = ResourcesUpdate.Undo(later, nothing, Found);

        Assert.Equal(new SpecMemory { Limit = -1, Swap = -1 }, undo.Memory);
        Assert.Equal(new SpecCpu { Shares = 1024, Period = 100_000, Quota = -1, Cpus = "0-3", Mems = "0-1" }, undo.Cpu);
        Assert.Equal(new Dictionary<string, string>(Found.Unified) { ["io.max"] = "8:0 rbps=max wbps=max riops=max wiops=max" }, undo.Unified);
    }

    [Theory]
    [InlineData("", "8:16 rbps=max wbps=max riops=max wiops=max")]
    [InlineData("8:1 rbps=1 wbps=max riops=max wiops=max\n8:16 rbps=max wbps=max riops=5 wiops=max", "8:16 rbps=max wbps=max riops=5 wiops=max")]
    [InlineData("8:1 rbps=1 wbps=max riops=max wiops=max", "8:16 rbps=max wbps=max riops=max wiops=max")]
    public void Undo_OfADevicesLimits_GivesBackThoseThatItHad(string found, string undone)
    {
        var told = new SpecResources { Unified = new SortedDictionary<string, string> { ["io.max"] = "8:1 rbps=1" } };
        var later = new SpecResources { Unified = new SortedDictionary<string, string> { ["io.max"] = "8:16 riops=7" } };

        var undo = ResourcesUpdate.Undo(later, told, Found with { Unified = new Dictionary<string, string> { ["io.max"] = found } });

        Assert.Equal(undone, Assert.Single(undo.Unified!).Value);
    }

    [Fact]
    public void Update_OfAFileThatWouldNotBeEmptyAgain_IsRefused()
    {
        SpecResources Resources(string value) => new() { Unified = new SortedDictionary<string, string> { ["io.latency"] = value } };
        var found = Found with { Unified = new Dictionary<string, string> { ["io.latency"] = "" } };

        Refused.With(Primitives.ErrorKind.FailedPrecondition, "unified io.latency \"8:0 target=9\"", () => ResourcesUpdate.Undo(Resources("8:0 target=9"), new SpecResources(), found));
        Assert.Equal(Resources("8:0 target=7").Unified, ResourcesUpdate.Undo(Resources("8:0 target=9"), Resources("8:0 target=7"), found).Unified);
    }

    /// <summary>A runtime would make another weight of 1024 shares than the one that there was.</summary>
    [Fact]
    public void Undo_OfSharesUnderV2_GivesBackTheWeight()
    {
        var nothing = ResourcesUpdate.Build(new LinuxContainerResources(), Requests.Host, 12 * Mega);
        var later = ResourcesUpdate.Build(new LinuxContainerResources { CpuShares = 512 }, Requests.Host, 12 * Mega);

        var undo = ResourcesUpdate.Undo(later, nothing, Found with { Weight = "100" });

        Assert.Equal("""{"cpu":{},"unified":{"cpu.weight":"100"}}""", System.Text.Encoding.UTF8.GetString(undo.ToJson()));
    }

    [Fact]
    public void Undo_NamesNothingThatTheUpdateDoesNot()
    {
        var earlier = ResourcesUpdate.Build(Full, Requests.Host, 12 * Mega);

        var undo = ResourcesUpdate.Undo(new SpecResources { Cpu = new SpecCpu { Shares = 7 } }, earlier, Found);

        Assert.Equal("""{"cpu":{"shares":512}}""", System.Text.Encoding.UTF8.GetString(undo.ToJson()));
    }
}
