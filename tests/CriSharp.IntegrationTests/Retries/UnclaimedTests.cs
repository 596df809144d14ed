using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.IntegrationTests.Rollbacks;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Retries;

/// <summary>Callers whose time is over while the daemon works for them: their retry gets what they asked for; where none comes, it is cleaned away.</summary>
public sealed class UnclaimedTests : IAsyncLifetime
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(3);
    private static readonly FailPoint InTheNetwork = new("RunPodSandbox", "network");
    private static readonly FailPoint AtTheSnapshot = new("CreateContainer", "snapshot");

    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private MachineSnapshot _before = null!;
    private string _image = "";

    private CriClient Client => _daemon.Client;

    private static CallOptions Impatient => new(deadline: DateTime.UtcNow + TimeSpan.FromSeconds(1));

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartWithFailPointsAsync("--insecure-registry", _registry.Host, "--unclaimed-timeout", $"{Kept.TotalSeconds}s");
        _image = await Client.PullAsync(await _registry.PushBusyboxAsync());
        var first = await RunPodAsync();
        await first.StartAsync(PodConfigs.Sleeper(_image));
        await first.EndAsync();
        _before = _daemon.Snapshot();
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PodSandbox_WhenNobodyComesForIt_IsRemoved(bool daemonDiesMeanwhile)
    {
        await LeaveAsync(InTheNetwork, options => Client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = PodConfig() }, options));
        await UntilAsync(async () => (await Client.PodsAsync()).Count == 1);
        await UntilAsync(() => Task.FromResult(_daemon.Log.Contains("is kept", StringComparison.Ordinal)));
        if (daemonDiesMeanwhile)
        {
            await _daemon.KillDaemonAsync();
            await _daemon.StartDaemonAsync();
        }

        await UntilAsync(async () => (await Client.PodsAsync()).Count == 0);
        Assert.Empty(await _daemon.DifferencesAsync(_before));
        Assert.Contains("Nobody came for pod sandbox", _daemon.Log);
    }

    [Fact]
    public async Task Container_WhenNobodyComesForIt_IsRemovedAndItsPodStays()
    {
        var pod = await RunPodAsync();
        var before = _daemon.Snapshot();
        var request = new CreateContainerRequest { PodSandboxId = pod.Id, Config = PodConfigs.Sleeper(_image), SandboxConfig = pod.Config };
        await LeaveAsync(AtTheSnapshot, options => Client.Runtime.CreateContainerAsync(request, options));
        await UntilAsync(async () => (await Client.ContainersAsync()).Count == 1);

        await UntilAsync(async () => (await Client.ContainersAsync()).Count == 0);

        Assert.Empty(await _daemon.DifferencesAsync(before));
        Assert.Equal(PodSandboxState.SandboxReady, (await Client.PodStatusAsync(pod.Id)).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PodSandbox_WhenItsCallerComesBack_IsTheOneThatWasMadeAndStays(bool findsItInAList)
    {
        var config = PodConfig();
        await LeaveAsync(InTheNetwork, options => Client.Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config }, options));
        await UntilAsync(async () => (await Client.PodsAsync()).Count == 1);

        var id = findsItInAList
            ? (await Client.PodStatusAsync(Assert.Single(await Client.PodsAsync()).Id)).Id
            : await Client.RunPodAsync(config);

        await Task.Delay(Kept + TimeSpan.FromSeconds(1));
        Assert.Equal(id, Assert.Single(await Client.PodsAsync()).Id);
    }

    [Fact]
    public async Task Why_WhileAPodIsBeingMade_SaysAtWhichStageItIs()
    {
        var config = PodConfig();
        _daemon.FailPoints.Plan(InTheNetwork, "hang");
        var call = Client.RunPodAsync(config);
        await UntilAsync(async () => (await WhyAsync(config.Metadata.Name)).Contains("at: network", StringComparison.Ordinal));

        var other = config.Clone();
        other.Labels["other"] = "yes";
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client.RunPodAsync(other));

        Assert.Equal(StatusCode.AlreadyExists, refusal.StatusCode);
        Assert.Contains("at \"network\"", refusal.Status.Detail);
        _daemon.FailPoints.Clear();
        var id = await call;
        Assert.Contains("nothing is being done", await WhyAsync(id));
        Assert.Contains("is ready", await WhyAsync(config.Metadata.Name));
    }

    /// <summary>Calls with a deadline that is over before the work.</summary>
    private async Task LeaveAsync<T>(FailPoint point, Func<CallOptions, AsyncUnaryCall<T>> call)
    {
        _daemon.FailPoints.Plan(point, "hang");
        var left = await Assert.ThrowsAsync<RpcException>(async () => await call(Impatient));
        Assert.Equal(StatusCode.DeadlineExceeded, left.StatusCode);
        await UntilAsync(() => Task.FromResult(_daemon.Log.Contains($"at \"{point.Stage}\"; it goes on", StringComparison.Ordinal)));
        _daemon.FailPoints.Clear();
    }

    private async Task<string> WhyAsync(string name)
    {
        var output = await Linux.Processes.ProgramRun.RunAsync(
            new Linux.Processes.ProgramCommand
            {
                Path = PublishedPrograms.Ctl,
                Arguments = ["--endpoint", $"unix://{_daemon.Socket}", "why", name],
                TimeLimit = TimeSpan.FromSeconds(30),
            },
            CancellationToken.None);
        return output.StandardOutputText + output.StandardErrorText;
    }

    private PodSandboxConfig PodConfig() => PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);

    private async Task<RunningPod> RunPodAsync()
    {
        var config = PodConfig();
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
