using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public sealed class UpdateContainerResourcesTests(SharedInstance shared) : PodTest(shared)
{
    private const long Mega = 1 << 20;

    [Fact]
    public async Task Update_OfEachLimit_IsInForceAndInTheStatus()
    {
        var (_, container) = await RunSleeperAsync(config => config.Linux.Resources = new LinuxContainerResources
        {
            CpuShares = 512,
            MemoryLimitInBytes = 64 * Mega,
            MemorySwapLimitInBytes = 64 * Mega,
            OomScoreAdj = 100,
        });
        var cgroup = await CgroupOfAsync(container);

        await Client.UpdateAsync(container, new LinuxContainerResources { CpuShares = 256, CpuQuota = 20_000, CpuPeriod = 50_000 });
        Assert.Equal("20000 50000", cgroup.Quota);
        Assert.Equal(64 * Mega, long.Parse(cgroup.Memory));

        // Up and down, past the limit of memory and swap together.
        foreach (var limit in (long[])[128 * Mega, 32 * Mega])
        {
            await Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = limit });
            Assert.Equal(limit, long.Parse(cgroup.Memory));
            Assert.Equal(cgroup.IsV2 ? 0 : limit, long.Parse(cgroup.Swap!));
        }

        await Client.UpdateAsync(container, new LinuxContainerResources { CpusetCpus = "0", OomScoreAdj = 300 });
        Assert.Equal("0", cgroup.Cpus);
        var expected = new LinuxContainerResources
        {
            CpuShares = 256,
            CpuQuota = 20_000,
            CpuPeriod = 50_000,
            MemoryLimitInBytes = 32 * Mega,
            MemorySwapLimitInBytes = 32 * Mega,
            CpusetCpus = "0",
            OomScoreAdj = 100,
        };
        Assert.Equal(expected, await ResourcesOfAsync(container));
        Assert.Equal("100", (await Client.ExecTextAsync(container, "cat", "/proc/1/oom_score_adj")).Trim());

        await Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = -1, MemorySwapLimitInBytes = -1, CpuQuota = -1 });
        Assert.StartsWith("max ", cgroup.Quota, StringComparison.Ordinal);
        Assert.True(cgroup.Memory == "max" || long.Parse(cgroup.Memory) > 1L << 60, cgroup.ToString());
    }

    [Fact]
    public async Task Update_OfAContainerThatHasNotStarted_IsInForceWhenItRuns()
    {
        var pod = await RunPodAsync();
        var container = await pod.CreateAsync(PodConfigs.Sleeper(Image));
        await Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = 48 * Mega });
        await Client.StartAsync(container);

        Assert.Equal(48 * Mega, long.Parse((await CgroupOfAsync(container)).Memory));
        Assert.Equal(48 * Mega, (await ResourcesOfAsync(container)).MemoryLimitInBytes);
    }

    [Fact]
    public async Task Update_ThatTheKernelRefusesHalfWay_LeavesAllAsItWas()
    {
        var (_, container) = await RunSleeperAsync(config => config.Linux.Resources = new LinuxContainerResources { CpuShares = 512 });
        var cgroup = await CgroupOfAsync(container);
        await SetParentQuotaAsync("50000 100000");
        var (before, statusBefore) = (cgroup.ToString(), await ResourcesOfAsync(container));

        // Memory goes first, then the quota is refused: a child can't have more than its parent. v2 would only not give it.
        var asked = new LinuxContainerResources { MemoryLimitInBytes = 64 * Mega, CpuShares = 300, CpuQuota = 80_000, CpuPeriod = 100_000 };
        if (cgroup.IsV2)
        {
            asked.CpusetCpus = "4095";
        }

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.UpdateAsync(container, asked), "cpu_quota 80000", "keeps the limits");

        Assert.Equal(before, cgroup.ToString());
        Assert.Equal(statusBefore, await ResourcesOfAsync(container));
        await SetParentQuotaAsync("max 100000");
    }

    [Fact]
    public async Task Update_ToCpusThatAreNone_NamesThem()
    {
        var (_, container) = await RunSleeperAsync();
        var before = (await CgroupOfAsync(container)).ToString();

        await AssertFailsAsync(
            StatusCode.FailedPrecondition, () => Client.UpdateAsync(container, new LinuxContainerResources { CpusetCpus = "4095", CpuShares = 7 }), "cpuset_cpus 4095", container);

        Assert.Equal(before, (await CgroupOfAsync(container)).ToString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Update_BelowWhatIsUsed_IsRefusedAndNothingIsKilled(bool isUnified)
    {
        // A shell variable of 40 MiB is memory that can't be reclaimed.
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "x=$(head -c 40000000 /dev/zero | tr '\\0' x); echo ready > /ready; while :; do sleep 1000; done");
        config.Linux.Resources = OfMemory(256 * Mega);
        if (isUnified && CgroupHierarchies.Detect().Mode != CgroupMode.V2)
        {
            await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(config), "need cgroup v2");
            return;
        }

        var container = await pod.StartAsync(config);
        while ((await Client.ExecAsync(container, "test", "-e", "/ready")).ExitCode != 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }

        await AssertFailsAsync(
            StatusCode.FailedPrecondition,
            () => Client.UpdateAsync(container, OfMemory(16 * Mega)),
            isUnified ? "memory.max \"16777216\"" : "memory_limit_in_bytes 16777216",
            "limits that it had");

        Assert.Equal(256 * Mega, long.Parse((await CgroupOfAsync(container)).Memory));
        Assert.Equal(OfMemory(256 * Mega), await ResourcesOfAsync(container));
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);

        LinuxContainerResources OfMemory(long bytes) =>
            isUnified ? new LinuxContainerResources { Unified = { ["memory.max"] = $"{bytes}" } } : new LinuxContainerResources { MemoryLimitInBytes = bytes };
    }

    [Fact]
    public async Task Update_OfNonsense_IsRefusedByItsField()
    {
        var (_, container) = await RunSleeperAsync();
        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.UpdateAsync(container, new LinuxContainerResources { CpusetCpus = "3-1" }), "cpuset_cpus \"3-1\"");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = 1 }), "memory_limit_in_bytes 1 ");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.UpdateAsync(container, new LinuxContainerResources { OomScoreAdj = 2000 }), "oom_score_adj 2000");
        Assert.Equal(new LinuxContainerResources(), await ResourcesOfAsync(container));
    }

    [Fact]
    public async Task Update_OfWhatHasEndedOrNeverWas_IsRefused()
    {
        var (_, container) = await RunSleeperAsync();
        await Client.StopAsync(container, 0);

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.UpdateAsync(container, new LinuxContainerResources { CpuShares = 7 }), container, "Exited");
        await AssertFailsAsync(StatusCode.NotFound, () => Client.UpdateAsync(new string('a', 64), new LinuxContainerResources { CpuShares = 7 }));
        Assert.Equal(new LinuxContainerResources(), await ResourcesOfAsync(container));
    }

    [Fact]
    public async Task Update_WhenTheRuntimeSaysItFailed_IsUndone()
    {
        var config = PodConfig();
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config, DaemonInstance.FaultyHandler), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));
        var cgroup = await CgroupOfAsync(container);
        var before = cgroup.ToString();

        Daemon.Runtime.FailAfter("update", 1, "no such luck");
        await AssertFailsAsync(
            StatusCode.FailedPrecondition, () => Client.UpdateAsync(container, new LinuxContainerResources { CpuShares = 7, MemoryLimitInBytes = 64 * Mega }), "no such luck", "cpu_shares 7");

        Assert.Equal(before, cgroup.ToString());
        Assert.Equal(new LinuxContainerResources(), await ResourcesOfAsync(container));

        await Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = 64 * Mega });
        Assert.Equal(64 * Mega, long.Parse(cgroup.Memory));
    }

    [Fact]
    public async Task Updates_AtOnce_AreAllInForce()
    {
        var (_, container) = await RunSleeperAsync();
        await Task.WhenAll(
            Client.UpdateAsync(container, new LinuxContainerResources { CpuShares = 300 }),
            Client.UpdateAsync(container, new LinuxContainerResources { MemoryLimitInBytes = 64 * Mega }),
            Client.UpdateAsync(container, new LinuxContainerResources { CpuQuota = 30_000, CpuPeriod = 100_000 }));

        var cgroup = await CgroupOfAsync(container);
        Assert.Equal((64 * Mega, "30000 100000"), (long.Parse(cgroup.Memory), cgroup.Quota));
        Assert.Equal(
            new LinuxContainerResources { CpuShares = 300, MemoryLimitInBytes = 64 * Mega, CpuQuota = 30_000, CpuPeriod = 100_000 }, await ResourcesOfAsync(container));
    }

    private async Task<LinuxContainerResources> ResourcesOfAsync(string container) => (await Client.StatusAsync(container)).Resources.Linux;

    private async Task<ContainerCgroupFiles> CgroupOfAsync(string container)
    {
        var status = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = JsonDocument.Parse(status.Info["info"]);
        return new ContainerCgroupFiles(info.RootElement.GetProperty("pid").GetInt32());
    }

    private async Task SetParentQuotaAsync(string value)
    {
        var hierarchy = CgroupHierarchies.Detect().Find("cpu")!;
        var directory = hierarchy.DirectoryOf(Daemon.Cgroup);
        if (hierarchy.IsUnified)
        {
            await File.WriteAllTextAsync(Path.Combine(directory, "cpu.max"), value);
            return;
        }

        await File.WriteAllTextAsync(Path.Combine(directory, "cpu.cfs_quota_us"), value.Split(' ')[0].Replace("max", "-1", StringComparison.Ordinal));
    }
}
