using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Streaming.WebSockets;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>Sessions and containers when the daemon is killed.</summary>
public sealed class StreamingRestartTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exec_WhenTheDaemonIsKilled_EndsInTheContainer(bool tty)
    {
        var container = await RunAsync(config => { });
        var request = new ExecRequest { ContainerId = container, Tty = tty, Stdin = true, Stdout = true, Cmd = { "sh", "-c", "cat; touch /tmp/over" } };
        await using var client = await WebSocketProcessClient.ConnectAsync(new Uri((await Client.Runtime.ExecAsync(request, CriClient.Limited)).Url));
        await client.Stdin.WriteAsync("here\n"u8.ToArray());
        await SessionOutput.ReadUntilAsync(client.Stdout, "here");

        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync();

        // A terminal hangs up on its processes; a pipe just ends.
        using var limit = new CancellationTokenSource(Limit);
        while ((await Client.ExecTextAsync(container, "sh", "-c", "ps | grep -c '[c]at' || true")).Trim() != "0")
        {
            await Task.Delay(50, limit.Token);
        }

        Assert.Equal(tty ? "" : "/tmp/over\n", await Client.ExecTextAsync(container, "sh", "-c", "ls /tmp/over 2>/dev/null || true"));
    }

    [Fact]
    public async Task Attach_WorksAgain_AfterTheDaemonWasKilled()
    {
        var container = await RunAsync(config =>
        {
            config.Stdin = true;
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "while read line; do echo \"<$line>\"; done"]);
        });
        await using (var before = await AttachAsync(container))
        {
            await before.Stdin.WriteAsync("one\n"u8.ToArray());
            await SessionOutput.ReadUntilAsync(before.Stdout, "<one>");
            await _daemon.KillDaemonAsync();
        }

        await _daemon.StartDaemonAsync();

        await using var after = await AttachAsync(container);
        await after.Stdin.WriteAsync("two\n"u8.ToArray());
        await SessionOutput.ReadUntilAsync(after.Stdout, "<two>");
    }

    [Fact]
    public async Task Commands_WithTerminalsThatFail_LeaveNothing_InDaemonAndMonitor_CVE_2022_23471()
    {
        var container = await RunAsync(config => { });
        await FailAsync(container, 20);
        var pid = Assert.Single(Monitors.Of(_daemon.Folder, container));
        var (daemon, threads) = (Descriptors(_daemon.DaemonPid), Threads(_daemon.DaemonPid));
        var (monitor, monitorThreads) = (Descriptors(pid), Threads(pid));

        await FailAsync(container, 200);

        using var limit = new CancellationTokenSource(Limit);
        while (Descriptors(_daemon.DaemonPid) > daemon + 5 || Descriptors(pid) > monitor + 5)
        {
            await Task.Delay(100, limit.Token);
        }

        Assert.InRange(Threads(_daemon.DaemonPid), 1, threads + 10);
        Assert.InRange(Threads(pid), 1, monitorThreads + 5);
    }

    private async Task FailAsync(string container, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var request = new ExecRequest { ContainerId = container, Tty = true, Stdin = true, Stdout = true, Cmd = { "no-such-program" } };
            await using var client = await WebSocketProcessClient.ConnectAsync(new Uri((await Client.Runtime.ExecAsync(request, CriClient.Limited)).Url));
            using var reader = new StreamReader(client.Error);
            using var limit = new CancellationTokenSource(Limit);
            Assert.Contains("no-such-program", await reader.ReadToEndAsync(limit.Token));
        }
    }

    private static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    private static int Threads(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/task").Length;

    private async Task<string> RunAsync(Action<ContainerConfig> change)
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config), config);
        var container = PodConfigs.Sleeper(_image);
        change(container);
        return await pod.StartAsync(container);
    }

    private async Task<WebSocketProcessClient> AttachAsync(string container) => await WebSocketProcessClient.ConnectAsync(new Uri(
        (await Client.Runtime.AttachAsync(new AttachRequest { ContainerId = container, Stdin = true, Stdout = true, Stderr = true }, CriClient.Limited)).Url));
}
