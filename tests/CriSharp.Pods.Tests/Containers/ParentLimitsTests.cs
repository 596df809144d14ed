using CriSharp.Linux.Cgroups;
using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;

namespace CriSharp.Pods.Tests.Containers;

/// <summary>On the hierarchies of the machine that runs it.</summary>
public sealed class ParentLimitsTests : IAsyncLifetime
{
    private readonly CgroupHierarchies _hierarchies = CgroupHierarchies.Detect();
    private readonly CgroupPath _parent = CgroupPath.Parse($"/crisharp-tests-{Guid.NewGuid():N}");
    private readonly PodSandboxRecord _sandbox;
    private readonly ParentLimits _limits;

    public ParentLimitsTests()
    {
        _sandbox = Samples.Sandbox() with { CgroupParent = $"{_parent}/pod" };
        _limits = new ParentLimits(_hierarchies);
    }

    private bool IsV1 => _hierarchies.Find("cpu") is { IsUnified: false };

    public Task InitializeAsync()
    {
        _hierarchies.Create(_parent, CgroupDelegation.AllControllers);
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _hierarchies.RemoveAsync(_parent, TimeSpan.FromSeconds(30), CancellationToken.None);

    [Fact]
    public void Require_WhatIsThere_LetsItPass()
    {
        Require(null);
        Require(new SpecCpu { Shares = 2 });
        Require(new SpecCpu { Cpus = "0", Mems = "0-0", Quota = 1_000_000, Period = 1_000 });
    }

    [Fact]
    public void Require_ProcessorsOrNodesThatAreNone_NamesTheField()
    {
        AssertRefused(new SpecCpu { Cpus = "0,4094-4095" }, "cpuset_cpus \"0,4094-4095\": 4094 is not among");
        AssertRefused(new SpecCpu { Mems = "1023" }, "cpuset_mems \"1023\"");
    }

    [Theory]
    [InlineData(50_000, null, false)]
    [InlineData(500_000, 1_000_000UL, false)]
    [InlineData(-1, null, false)]
    [InlineData(50_001, null, true)]
    [InlineData(50_000, 99_999UL, true)]
    public async Task Require_MoreThanTheParentsQuota_IsRefusedUnderV1(long quota, ulong? period, bool isMore)
    {
        await SetQuotaAsync("50000", "100000");

        if (isMore && IsV1)
        {
            AssertRefused(new SpecCpu { Quota = quota, Period = period }, $"cpu_quota {quota}", $"{_parent}", "50000 in 100000");
            return;
        }

        Require(new SpecCpu { Quota = quota, Period = period });
    }

    private Task SetQuotaAsync(string quota, string period)
    {
        var directory = _hierarchies.Find("cpu")!.DirectoryOf(_parent);
        return IsV1
            ? File.WriteAllTextAsync(Path.Combine(directory, "cpu.cfs_quota_us"), quota)
            : File.WriteAllTextAsync(Path.Combine(directory, "cpu.max"), $"{quota} {period}");
    }

    private void Require(SpecCpu? asked) => _limits.Require(_sandbox, ContainerId.New(), asked);

    private void AssertRefused(SpecCpu asked, params string[] words)
    {
        var refusal = Assert.Throws<RuntimeException>(() => Require(asked));
        Assert.Equal(ErrorKind.FailedPrecondition, refusal.Kind);
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }
}
