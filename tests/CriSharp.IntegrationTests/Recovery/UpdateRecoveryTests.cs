using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.IntegrationTests.Rollbacks;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>Limits that were updated, over the death of the daemon: what the status tells and what the kernel has are the same.</summary>
public sealed class UpdateRecoveryTests(FailPointInstance shared) : IClassFixture<FailPointInstance>
{
    private const long Mega = 1 << 20;

    private static readonly LinuxContainerResources Earlier = new() { CpuShares = 512, MemoryLimitInBytes = 64 * Mega, MemorySwapLimitInBytes = 64 * Mega };

    private static readonly LinuxContainerResources Later = new() { CpuShares = 256, CpuQuota = 20_000, CpuPeriod = 50_000, MemoryLimitInBytes = 96 * Mega };

    private DaemonInstance Daemon => shared.Daemon;

    private CriClient Client => Daemon.Client;

    [Theory]
    [InlineData("note of the update", false)]
    [InlineData("the runtime's update", false)]
    [InlineData("state", false)]
    [InlineData("", true)]
    public async Task Restart_AfterAnUpdateThatWasKilled_HasTheEarlierOrTheLaterLimitsWhole(string stage, bool isLater)
    {
        var (pod, container) = await RunAsync();
        var cgroup = await CgroupOfAsync(container);
        var before = cgroup.ToString();
        if (isLater)
        {
            await Client.UpdateAsync(container, Later);
            before = cgroup.ToString();
            await Daemon.KillDaemonAsync();
        }
        else
        {
            Daemon.FailPoints.Plan(new FailPoint("UpdateContainerResources", stage), "kill");
            await Assert.ThrowsAsync<RpcException>(() => Client.UpdateAsync(container, Later));
            await Daemon.DaemonDiedAsync();

            // Killed right before it would have written down what the runtime has done.
            Assert.Equal(stage == "state", before != cgroup.ToString());
        }

        Daemon.FailPoints.Clear();
        await Daemon.StartDaemonAsync();

        var merged = new LinuxContainerResources(Earlier);
        merged.MergeFrom(Later);
        merged.MemorySwapLimitInBytes = 96 * Mega;
        Assert.Equal(isLater ? merged : Earlier, (await Client.StatusAsync(container)).Resources.Linux);
        Assert.Equal(before, cgroup.ToString());

        await Client.UpdateAsync(container, Later);
        Assert.Equal(("20000 50000", 96 * Mega), (cgroup.Quota, long.Parse(cgroup.Memory)));
        await pod.EndAsync();
    }

    [Fact]
    public async Task Restart_WhenTheFileOfTheUpdateIsDamaged_TellsWhatTheContainerWasMadeWithAndGoesOn()
    {
        var (pod, container) = await RunAsync();
        await Client.UpdateAsync(container, Later);
        await Daemon.KillDaemonAsync();
        var file = Path.Combine(Daemon.Root, "containers", container, "resources.json");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("\"linux\": \"", "\"linux\": \"A", StringComparison.Ordinal));
        await Daemon.StartDaemonAsync();

        Assert.Equal(Earlier, (await Client.StatusAsync(container)).Resources.Linux);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        Assert.Contains("resources.json", Daemon.Log, StringComparison.Ordinal);
        await Client.UpdateAsync(container, Later);
        Assert.Equal(96 * Mega, (await Client.StatusAsync(container)).Resources.Linux.MemoryLimitInBytes);
        await pod.EndAsync();
    }

    [Fact]
    public async Task Restart_AfterAnUpdateOfThePod_TellsItsResources()
    {
        var pod = await shared.RunPodAsync();
        await Client.Runtime.UpdatePodSandboxResourcesAsync(new UpdatePodSandboxResourcesRequest { PodSandboxId = pod.Id, Resources = Later }, CriClient.Limited);
        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();

        var status = await Client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = pod.Id, Verbose = true }, CriClient.Limited);
        Assert.Contains("\"memoryLimitInBytes\":100663296", status.Info["info"], StringComparison.Ordinal);
        await pod.EndAsync();
    }

    private async Task<(RunningPod Pod, string Container)> RunAsync()
    {
        var pod = await shared.RunPodAsync();
        var config = PodConfigs.Sleeper(shared.ImageId);
        config.Linux.Resources = Earlier;
        return (pod, await pod.StartAsync(config));
    }

    private async Task<ContainerCgroupFiles> CgroupOfAsync(string container)
    {
        var status = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = JsonDocument.Parse(status.Info["info"]);
        return new ContainerCgroupFiles(info.RootElement.GetProperty("pid").GetInt32());
    }
}
