using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>What the published crisharpctl shows while the daemon is killed and started again.</summary>
public sealed class RestartVerbTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Run_WhenTheDaemonIsKilledAndStartedAgain_ShowsAllAndEndsWithTheContainersCode()
    {
        var image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
        var running = CtlAsync(
            "run", "--log-folder", _daemon.PodLogs, "--cgroup-parent", _daemon.CgroupParent, image,
            "sh", "-c", "i=0; while [ $i -lt 30 ]; do echo $i; i=$((i+1)); sleep 0.1; done; exit 7");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await _daemon.Client.ContainersAsync()).Any(container => container.State == ContainerState.ContainerRunning))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync();

        var run = await running;
        var lines = string.Concat(Enumerable.Range(0, 30).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}\n")));
        Assert.Equal((7, lines, ""), (run.Exit.ShellCode, run.StandardOutputText, run.StandardErrorText));
        Assert.Empty(await _daemon.Client.PodsAsync());
        Assert.Empty(Directory.GetDirectories(_daemon.PodLogs));
    }

    private Task<ProgramOutput> CtlAsync(params string[] arguments) => ProgramRun.RunAsync(
        new ProgramCommand
        {
            Path = PublishedPrograms.Ctl,
            Arguments = arguments,
            Environment = [$"CONTAINER_RUNTIME_ENDPOINT=unix://{_daemon.Socket}"],
            TimeLimit = TimeSpan.FromSeconds(60),
        },
        CancellationToken.None);
}
