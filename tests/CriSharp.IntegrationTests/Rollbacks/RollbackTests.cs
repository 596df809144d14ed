using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Rollbacks;

/// <summary>Each verb fails at an early and at a late step: the error is in the failing program's own words, nothing is left, a retry works.</summary>
public class RollbackTests(SharedInstance shared) : PodTest(shared)
{
    private const string Words = "the moon is in the wrong place";

    [Theory]
    [InlineData("bridge")]
    [InlineData("portmap")]
    public async Task RunPodSandbox_WhenANetworkPluginFails_LeavesNothing(string plugin)
    {
        // Both are called for each pod, bridge first: the n-th call of a verb counts per plugin.
        Daemon.Plugins.Plan("ADD", null, "fail-after", $"{Words} {plugin}");
        var config = PodConfig();

        await AssertFailsAsync(StatusCode.Internal, () => Client.RunPodAsync(config), Words);

        await AssertNothingIsLeftAsync();
        Assert.Empty(Daemon.Network.Leases);
        Daemon.Plugins.ClearPlan();
        Assert.NotEqual("", await Client.RunPodAsync(config));
    }

    [Theory]
    [InlineData("create", "fail")]
    [InlineData("create", "fail-after")]
    [InlineData("start", "fail")]
    [InlineData("start", "fail-after")]
    public async Task RunPodSandbox_WhenThePauseCannotBeMade_LeavesNothing(string verb, string action)
    {
        Plan(verb, action);
        var config = PodConfig(one => one.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod);

        await AssertFailsAsync(StatusCode.Internal, () => Client.RunPodAsync(config, DaemonInstance.FaultyHandler), Words);

        await AssertNothingIsLeftAsync();
        Daemon.Runtime.ClearPlan();
        Assert.NotEqual("", await Client.RunPodAsync(config, DaemonInstance.FaultyHandler));
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-after")]
    public async Task CreateContainer_WhenTheRuntimeFails_LeavesNothing(string action)
    {
        var pod = await RunFaultyPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Sleeper(Image);
        Plan("create", action);

        await AssertFailsAsync(StatusCode.Internal, () => pod.CreateAsync(config), Words);

        await AssertSameAsync(before);
        Assert.Empty(await Client.ContainersAsync());
        Daemon.Runtime.ClearPlan();
        Assert.NotEqual("", await pod.StartAsync(config));
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-after")]
    public async Task StartContainer_WhenTheRuntimeFails_IsExitedAndRemovable(string action)
    {
        var pod = await RunFaultyPodAsync();
        var before = Daemon.Snapshot();
        var container = await pod.CreateAsync(PodConfigs.Sleeper(Image));
        Plan("start", action);

        await AssertFailsAsync(StatusCode.Internal, () => Client.StartAsync(container), Words);

        var status = await Client.StatusAsync(container);
        Assert.Equal((ContainerState.ContainerExited, "StartError"), (status.State, status.Reason));
        Assert.Contains(Words, status.Message);
        Daemon.Runtime.ClearPlan();
        await Client.RemoveAsync(container);
        await AssertSameAsync(before);
    }

    [Fact]
    public async Task RemoveContainer_WhenTheRuntimesDeleteFails_CanBeAskedAgain()
    {
        var pod = await RunFaultyPodAsync();
        var before = Daemon.Snapshot();
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));
        Plan("delete", "fail");

        // It may succeed without the runtime's help; if it fails, asking again must work.
        await Record.ExceptionAsync(() => Client.RemoveAsync(container));
        Daemon.Runtime.ClearPlan();
        await Client.RemoveAsync(container);

        await AssertSameAsync(before);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-after")]
    public async Task ExecSync_WhenTheRuntimeFails_LeavesNothingAndTheContainerRuns(string action)
    {
        var pod = await RunFaultyPodAsync();
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));
        await Client.ExecAsync(container, "true");
        var before = Daemon.Snapshot();
        Plan("exec", action);

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.ExecAsync(container, "sleep", "0.1"), Words);

        await AssertSameAsync(before);
        Daemon.Runtime.ClearPlan();
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        Assert.Equal(0, (await Client.ExecAsync(container, "true")).ExitCode);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("fail-after")]
    [InlineData("crash")]
    public async Task StopPodSandbox_WhenAPluginFails_StopsAnywayAndTheNetworkIsGivenBackLater(string action)
    {
        var pod = await RunFaultyPodAsync();
        Daemon.Plugins.Plan("DEL", null, action, Words);

        await Client.StopPodAsync(pod.Id);

        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(pod.Id)).State);
        Assert.Contains(Words, Daemon.Log);
        Daemon.Plugins.ClearPlan();
        await Client.RemovePodAsync(pod.Id);
        await AssertDebtsArePaidAsync();
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task RemovePodSandbox_WhenAPluginFails_RemovesAnywayAndTheNetworkIsGivenBackLater()
    {
        var pod = await RunFaultyPodAsync();
        await pod.StartAsync(PodConfigs.Sleeper(Image));
        Daemon.Plugins.Plan("DEL", null, "fail", Words);

        await Client.RemovePodAsync(pod.Id);

        Assert.Empty(await Client.PodsAsync());
        Assert.NotEmpty(Daemon.Network.Leases);
        Daemon.Plugins.ClearPlan();
        await AssertDebtsArePaidAsync();
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task StopContainer_WhenTheRuntimesDeleteFails_HasStoppedAnyway()
    {
        var pod = await RunFaultyPodAsync();
        var before = Daemon.Snapshot();
        var container = await pod.StartAsync(PodConfigs.Sleeper(Image));
        Plan("delete", "fail");
        Plan("kill", "fail");

        await Client.StopAsync(container, 10);

        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
        Daemon.Runtime.ClearPlan();
        await Client.RemoveAsync(container);
        await AssertSameAsync(before);
    }

    private Task AssertDebtsArePaidAsync() => Daemon.WaitUntilAsync(() => Daemon.NetworkDebts.Count == 0);

    private void Plan(string verb, string action)
    {
        if (action == "fail")
        {
            Daemon.Runtime.Fail(verb, null, Words);
        }
        else
        {
            Daemon.Runtime.FailAfter(verb, null, Words);
        }
    }

    private async Task<RunningPod> RunFaultyPodAsync()
    {
        var config = PodConfig();
        return new RunningPod(() => Client, await Client.RunPodAsync(config, DaemonInstance.FaultyHandler), config);
    }
}
