using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

public class StopPodSandboxTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Stop_WhenContainersRun_KillsThemAndGivesTheAddressBack()
    {
        var (pod, container) = await RunSleeperAsync();

        await Client.StopPodAsync(pod.Id);

        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(pod.Id)).State);
        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
        Assert.Empty(Daemon.Network.Leases);
        Assert.Empty(await Daemon.Network.RulesAsync());
    }

    [Fact]
    public async Task Stop_WhenAskedAgain_Succeeds()
    {
        var pod = await RunPodAsync();

        await Client.StopPodAsync(pod.Id);
        await Client.StopPodAsync(pod.Id);
    }

    [Fact]
    public async Task Stop_WhenNobodyKnowsThePod_Succeeds() => await Client.StopPodAsync("nosuch");

    [Fact]
    public async Task Stop_WhenTheIdIsEmpty_IsRefused() => await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.StopPodAsync(""));

    [Fact]
    public async Task Stop_WhenThePluginFails_SucceedsAndTheAddressIsGivenBackOnceItWorks()
    {
        var pod = await RunPodAsync();
        Daemon.Plugins.Plan("DEL", null, "fail", "the bridge is on fire");

        await Client.StopPodAsync(pod.Id);

        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(pod.Id)).State);
        await Daemon.WaitUntilAsync(() => Daemon.Log.Contains("the bridge is on fire", StringComparison.Ordinal));
        Assert.Equal([pod.Id], Daemon.NetworkDebts);
        Daemon.Plugins.ClearPlan();
        await Daemon.WaitUntilAsync(() => Daemon.NetworkDebts.Count == 0);
        Assert.Empty(Daemon.Network.Leases);
    }

    [Fact]
    public async Task Stop_WhenProcessesAreShared_EndsThePauseToo()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);
        var config = PodConfigs.Sleeper(Image);
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        await pod.StartAsync(config);

        await pod.EndAsync();

        await AssertNothingIsLeftAsync();
    }
}
