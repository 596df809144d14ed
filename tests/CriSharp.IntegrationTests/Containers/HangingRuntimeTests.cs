using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>The OCI runtime hangs: it is killed and named, and its container can be stopped and removed all the same.</summary>
public sealed class HangingRuntimeTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";
    private MachineSnapshot _before = null!;
    private RunningPod _pod = null!;

    private CriClient Client => _daemon.Client;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host, "--runtime-timeout", "8s", "--container-create-timeout", "12s");
        _image = await Client.PullAsync(await _registry.PushBusyboxAsync());
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        _pod = new RunningPod(() => Client, await Client.RunPodAsync(config, DaemonInstance.FaultyHandler), config);
        var container = await _pod.StartAsync(PodConfigs.Sleeper(_image));
        await Client.RemoveAsync(container);
        _before = _daemon.Snapshot();
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Create_WhenItHangs_IsKilledAndLeavesNothing(bool after)
    {
        Hang("create", after);

        var words = await FailureAsync(StatusCode.Internal, () => _pod.CreateAsync(PodConfigs.Sleeper(_image)));

        Assert.Contains("create took longer than 12 s", words, StringComparison.Ordinal);
        _daemon.Runtime.ClearPlan();
        Assert.Empty(await _daemon.DifferencesAsync(_before));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Start_WhenItHangs_IsKilledAndTheContainerIsExited(bool after)
    {
        var container = await _pod.CreateAsync(PodConfigs.Sleeper(_image));
        Hang("start", after);

        var words = await FailureAsync(StatusCode.Unavailable, () => Client.StartAsync(container));

        Assert.Contains($"start {container}", words, StringComparison.Ordinal);
        Assert.Contains("did not end within 8 s and was killed", words, StringComparison.Ordinal);
        var status = await Client.StatusAsync(container);
        Assert.Equal((ContainerState.ContainerExited, "StartError"), (status.State, status.Reason));
        await Client.StopAsync(container, 5);
        await Client.RemoveAsync(container);
        Assert.Empty(await _daemon.DifferencesAsync(_before));
    }

    [Fact]
    public async Task Remove_WhenTheStartHangs_EndsBoth()
    {
        var container = await _pod.CreateAsync(PodConfigs.Sleeper(_image));
        Hang("start", after: false);
        var start = Record.ExceptionAsync(() => Client.StartAsync(container));
        await WaitForCallAsync($"start {container}");

        await Client.RemoveAsync(container);

        Assert.NotNull(await start);
        _daemon.Runtime.ClearPlan();
        Assert.Empty(await _daemon.DifferencesAsync(_before));
    }

    [Fact]
    public async Task StopPodSandbox_WhenAStartHangs_EndsThePod()
    {
        var container = await _pod.CreateAsync(PodConfigs.Sleeper(_image));
        Hang("start", after: false);
        var start = Record.ExceptionAsync(() => Client.StartAsync(container));
        await WaitForCallAsync($"start {container}");

        await Client.StopPodAsync(_pod.Id);

        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(_pod.Id)).State);
        Assert.NotNull(await start);
        await Client.RemovePodAsync(_pod.Id);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_WhenTheDeleteHangs_NamesItAndSucceedsOnceItDoesNot(bool after)
    {
        var container = await _pod.StartAsync(PodConfigs.Sleeper(_image));
        Hang("delete", after);

        await Client.StopAsync(container, 10);
        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
        var words = await FailureAsync(StatusCode.Unavailable, () => Client.RemoveAsync(container));

        Assert.Contains($"delete --force {container}", words, StringComparison.Ordinal);
        Assert.Contains("did not end within 8 s and was killed", words, StringComparison.Ordinal);
        _daemon.Runtime.ClearPlan();
        await Client.RemoveAsync(container);
        Assert.Empty(await _daemon.DifferencesAsync(_before));
    }

    [Fact]
    public async Task Start_WhenStartAndDeleteHang_TheContainerCanStillBeRemoved()
    {
        var container = await _pod.CreateAsync(PodConfigs.Sleeper(_image));
        Hang("start", after: true);
        Hang("delete", after: false);

        await FailureAsync(StatusCode.Unavailable, () => Client.StartAsync(container));

        Assert.Empty(CgroupHierarchies.Detect().Pids(_daemon.CgroupOf(container)));
        _daemon.Runtime.ClearPlan();
        await Client.RemoveAsync(container);
        Assert.Empty(await _daemon.DifferencesAsync(_before));
    }

    [Fact]
    public async Task Exec_WhenItHangs_IsKilledAndTheContainerGoesOn()
    {
        var container = await _pod.StartAsync(PodConfigs.Sleeper(_image));
        Hang("exec", after: false);

        var words = await FailureAsync(StatusCode.FailedPrecondition, () => Client.ExecAsync(container, "true"));

        Assert.Contains("exec took longer than 8 s and was killed", words, StringComparison.Ordinal);
        _daemon.Runtime.ClearPlan();
        Assert.Equal(0, (await Client.ExecAsync(container, "true")).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenNothingCanKillTheProcess_SaysSoAndTheNextTrySucceeds()
    {
        var container = await _pod.StartAsync(PodConfigs.Sleeper(_image));
        var parent = _daemon.Cgroup;
        var hierarchies = CgroupHierarchies.Detect();

        // As a process that hangs in the kernel: on v1 not even SIGKILL reaches what a parent keeps frozen. On v2 it does.
        FrozenContainerTests.FreezeCgroup(parent);
        try
        {
            if (hierarchies.Find("freezer") is { IsUnified: false })
            {
                var words = await FailureAsync(StatusCode.DeadlineExceeded, () => Client.StopAsync(container, 0));
                Assert.Contains("was killed 8 s ago", words, StringComparison.Ordinal);
                Assert.Contains("is frozen", words, StringComparison.Ordinal);
            }
        }
        finally
        {
            hierarchies.Thaw(parent);
        }

        await Client.StopAsync(container, 0);
        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
    }

    private void Hang(string verb, bool after)
    {
        if (after)
        {
            _daemon.Runtime.HangAfter(verb, null);
        }
        else
        {
            _daemon.Runtime.Hang(verb, null);
        }
    }

    private async Task WaitForCallAsync(string call)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_daemon.Runtime.Calls.Contains(call))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    private static async Task<string> FailureAsync(StatusCode code, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(failure.StatusCode == code, $"{failure.StatusCode} instead of {code}: {failure.Status.Detail}");
        return failure.Status.Detail;
    }
}
