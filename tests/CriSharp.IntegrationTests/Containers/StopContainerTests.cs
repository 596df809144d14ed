using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class StopContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Stop_WhenItObeys_KeepsItsOwnExitCode()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "trap 'exit 3' TERM; echo ready; while :; do sleep 1000 & wait; done"));
        await WaitForLogAsync(container, "ready");

        await Client.StopAsync(container, 30);

        var status = await Client.StatusAsync(container);
        Assert.Equal((ContainerState.ContainerExited, 3), (status.State, status.ExitCode));
    }

    [Fact]
    public async Task Stop_WhenItIgnoresTheSignal_IsKilledAfterItsGrace()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"));
        await WaitForLogAsync(container, "ready");

        await Client.StopAsync(container, 1);

        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenThereIsNoGrace_KillsAtOnce()
    {
        var (_, container) = await RunSleeperAsync();

        await Client.StopAsync(container, 0);

        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenTheContainerHasASignalOfItsOwn_SendsThat()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "trap 'exit 9' USR1; echo ready; while :; do sleep 1000 & wait; done");
        config.StopSignal = Signal.Sigusr1;
        var container = await pod.StartAsync(config);
        await WaitForLogAsync(container, "ready");

        await Client.StopAsync(container, 30);

        var status = await Client.StatusAsync(container);
        Assert.Equal((9, Signal.Sigusr1), (status.ExitCode, status.StopSignal));
    }

    [Fact]
    public async Task Stop_WhenASecondCallHasLessGrace_EndsBoth()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"));
        await WaitForLogAsync(container, "ready");

        // The client waits for a minute at most.
        var patient = Client.StopAsync(container, 600);
        await Client.StopAsync(container, 1);
        await patient;

        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenItsCallerLeaves_GoesOn()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"));
        await WaitForLogAsync(container, "ready");

        await AssertFailsAsync(StatusCode.DeadlineExceeded, async () => await Client.Runtime.StopContainerAsync(
            new StopContainerRequest { ContainerId = container, Timeout = 2 }, deadline: DateTime.UtcNow + TimeSpan.FromMilliseconds(300)));

        Assert.Equal(137, (await Client.WaitForExitAsync(container)).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenTheGraceIsLongerThanAnyTimer_WaitsForTheEnd()
    {
        var (_, container) = await RunSleeperAsync();

        await Client.StopAsync(container, long.MaxValue);

        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
    }

    [Fact]
    public async Task Stop_WhenItWasOnlyCreated_Ends()
    {
        var pod = await RunPodAsync();
        var container = await pod.CreateAsync(PodConfigs.Sleeper(Image));

        await Client.StopAsync(container, 5);

        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
    }

    [Fact]
    public async Task Stop_WhenItHasEnded_Succeeds()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "true"));

        await Client.StopAsync(status.Id, 5);
    }

    [Fact]
    public async Task Stop_WhenNobodyKnowsTheContainer_Succeeds() => await Client.StopAsync("nosuch", 5);

    [Fact]
    public async Task Stop_WhenTheGraceIsNegative_IsRefusedOrKillsAtOnce()
    {
        var (_, container) = await RunSleeperAsync();

        var failure = await Record.ExceptionAsync(() => Client.StopAsync(container, -1));

        Assert.True(failure is null or RpcException { StatusCode: StatusCode.InvalidArgument });
    }

    private async Task WaitForLogAsync(string container, string word)
    {
        var path = (await Client.StatusAsync(container)).LogPath;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await File.ReadAllTextAsync(path, limit.Token)).Contains(word, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
