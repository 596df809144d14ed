using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Power;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>The machine is rebooted: what was in memory is gone, and pids mean other processes.</summary>
public sealed class RebootTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    private CriClient Client => _daemon.Client;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
        _image = await Client.PullAsync(await _registry.PushBusyboxAsync());
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Start_AfterAReboot_TellsWhatEndedAndHow()
    {
        var pod = await RunPodAsync();
        var running = await pod.StartAsync(PodConfigs.Sleeper(_image));
        var created = await pod.CreateAsync(Named("created", "sh"));
        var ended = await pod.StartAsync(Named("ended", "sh", "-c", "exit 7"));
        var before = await Client.WaitForExitAsync(ended);

        await RebootAsync();

        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(pod.Id)).State);
        Assert.Equal(before, await Client.StatusAsync(ended));
        foreach (var id in (string[])[running, created])
        {
            var status = await Client.StatusAsync(id);
            Assert.Equal((ContainerState.ContainerExited, 255, "ContainerStatusUnknown"), (status.State, status.ExitCode, status.Reason));
            Assert.Contains("rebooted", status.Message);
            Assert.True(status.FinishedAt >= status.StartedAt && status.FinishedAt >= status.CreatedAt);
        }

        // The kubelet makes the pod anew, and removes the old one.
        pod.Config.Metadata.Attempt = 1;
        var next = new RunningPod(() => Client, await Client.RunPodAsync(pod.Config), pod.Config);
        await next.StartAsync(PodConfigs.Sleeper(_image));
        await pod.EndAsync();
        Assert.Equal(next.Id, Assert.Single(await Client.PodsAsync()).Id);
        await next.EndAsync();
        Assert.Empty(await Client.ContainersAsync());
        Assert.Empty(_daemon.Network.Leases);
        Assert.False(Directory.Exists(Path.Combine(_daemon.Root, "broken")));
    }

    /// <summary>The exit was recorded by the monitor, and the power went before the daemon had seen it.</summary>
    [Fact]
    public async Task Start_AfterAReboot_BelievesTheMonitorsRecord()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(_image, "sh", "-c", "while [ ! -e /end ]; do sleep 0.05; done; exit 23"));
        var root = Path.Combine(_daemon.RunRoot, "containers", container, "rootfs");
        await _daemon.KillDaemonAsync();
        await File.WriteAllTextAsync(Path.Combine(root, "end"), "");
        await UntilAsync(() => File.Exists(Path.Combine(_daemon.Root, "containers", container, "exit")));
        await _daemon.StartDaemonAsync();

        await RebootAsync();

        var status = await Client.StatusAsync(container);
        Assert.Equal((ContainerState.ContainerExited, 23, "Error"), (status.State, status.ExitCode, status.Reason));
    }

    /// <summary>Nothing was rebooted: the same boot id, and everything lives.</summary>
    [Fact]
    public async Task Start_AfterARestart_IsNotTakenForAReboot()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Sleeper(_image));
        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync();

        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        Assert.Equal(PodSandboxState.SandboxReady, (await Client.PodStatusAsync(pod.Id)).State);
    }

    private async Task RebootAsync()
    {
        await _daemon.LosePowerAsync();
        EarlierBoot.Pretend(_daemon.Root);
        await _daemon.StartDaemonAsync();
    }

    private async Task<RunningPod> RunPodAsync()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    private ContainerConfig Named(string name, params string[] command)
    {
        var config = PodConfigs.Container(_image, command);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
