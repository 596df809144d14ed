using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>A container's monitor is killed: the container goes on, everybody is told, and its end is what the kernel says.</summary>
public class LostMonitorTests(SharedInstance shared) : PodTest(shared)
{
    private const string Words = "the container's monitor";

    [Fact]
    public async Task Container_WhenItsMonitorIsKilled_GoesOnAndSaysWhatIsLost()
    {
        var (pod, container) = await RunSleeperAsync();

        KillMonitor(container);
        await WaitForLossAsync(container);

        var status = await Client.StatusAsync(container);
        Assert.Equal(ContainerState.ContainerRunning, status.State);
        Assert.Contains(Words, RunningPod.LogText(status));
        Assert.Contains(container, Daemon.Log);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.ExecAsync(container, "true"), Words);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.ReopenLogAsync(container), Words);
        await Client.StopAsync(container, 30);
        AssertEnd(await Client.StatusAsync(container), 0, "Completed");
        await pod.EndAsync();
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Container_WhenItsMonitorWasKilledAndItEndsByItself_HasTheKernelsCode()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "trap 'exit 42' USR1; echo ready; while :; do sleep 1000 & wait; done"]);
        });
        await WaitForLogAsync(container, "ready");
        KillMonitor(container);
        await WaitForLossAsync(container);

        using (var init = PidHandle.Open(await InitPidAsync(container)))
        {
            const int SIGUSR1 = 10;
            init.Signal(SIGUSR1);
        }

        AssertEnd(await Client.WaitForExitAsync(container), 42, "Error");
    }

    [Fact]
    public async Task Container_WhenItsMonitorIsKilledBeforeTheStart_IsEnded()
    {
        var pod = await RunPodAsync();
        var container = await pod.CreateAsync(PodConfigs.Sleeper(Image));

        KillMonitor(container);

        var status = await Client.WaitForExitAsync(container);
        Assert.Equal(0, status.StartedAt);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.StartAsync(container), Words);
        await Client.RemoveAsync(container);
    }

    [Fact]
    public async Task Container_WhenItsMonitorIsKilledWhileTheRuntimeCreatesIt_LeavesNothing()
    {
        var config = PodConfig();
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config, DaemonInstance.FaultyHandler), config);
        var before = Daemon.Snapshot();
        Daemon.Runtime.HangAfter("create", null);
        var calls = Daemon.Runtime.Calls.Count;
        var creation = pod.CreateAsync(PodConfigs.Sleeper(Image));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Daemon.Runtime.Calls.Count == calls || MonitorsOf("").Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        KillMonitor("");

        await AssertFailsAsync(StatusCode.Internal, () => creation, "died without a report");
        Daemon.Runtime.ClearPlan();
        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Container_WhenMonitorAndContainerAreKilledTogether_IsReportedAndRemovable()
    {
        var (pod, container) = await RunSleeperAsync();
        using var init = PidHandle.Open(await InitPidAsync(container));

        KillMonitor(container);
        init.Signal(Signals.SIGKILL);

        AssertEnd(await Client.WaitForExitAsync(container), 137, "Error");
        await pod.EndAsync();
    }

    internal static void AssertEnd(ContainerStatus status, int code, string reason)
    {
        // Linux tells it since 6.15; before that it is said that nobody knows.
        var isTold = Environment.OSVersion.Version >= new Version(6, 15);
        Assert.Equal(isTold ? (code, reason) : (255, "ContainerStatusUnknown"), (status.ExitCode, status.Reason));
        Assert.Contains("monitor", status.Message);
    }

    private List<int> MonitorsOf(string container) => Monitors.Of(Daemon.Folder, container);

    private void KillMonitor(string container) => Monitors.Kill(Daemon.Folder, container);

    private async Task WaitForLossAsync(string container)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await Client.StatusAsync(container)).Message.Contains(Words, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private async Task WaitForLogAsync(string container, string word)
    {
        var path = (await Client.StatusAsync(container)).LogPath;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await File.ReadAllTextAsync(path, limit.Token)).Contains(word, StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private async Task<int> InitPidAsync(string container)
    {
        var answer = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = JsonDocument.Parse(answer.Info["info"]);
        return info.RootElement.GetProperty("pid").GetInt32();
    }
}
