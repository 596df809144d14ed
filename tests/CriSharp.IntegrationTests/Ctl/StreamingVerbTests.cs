using System.Net;
using System.Net.Sockets;
using System.Text;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>exec -it, attach and port-forward of the published crisharpctl.</summary>
public sealed class StreamingVerbTests(SharedInstance shared) : PodTest(shared)
{
    private const int PodPort = 7777;

    [Fact]
    public async Task Exec_WithInput_SendsItToItsEndAndGivesTheExitCode()
    {
        var (_, container) = await RunSleeperAsync();
        var input = Encoding.ASCII.GetBytes(new string('x', 300_000));

        var exec = await CtlAsync(input, "exec", "-i", container, "sh", "-c", "wc -c; echo err >&2; exit 7");

        Assert.Equal((7, "300000\n", "err\n"), (exec.Exit.ShellCode, exec.StandardOutputText, exec.StandardErrorText));
    }

    [Fact]
    public async Task Exec_OfWhatIsNotThere_IsToldInOneLine()
    {
        var (_, container) = await RunSleeperAsync();

        var exec = await CtlAsync([], "exec", "-i", container, "/no/such/program");

        Assert.True(exec.Exit.ShellCode is 125 or 127 or 126, $"{exec.Exit.ShellCode}: {exec.StandardErrorText}");
        Assert.Contains("/no/such/program", exec.StandardErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_WithATerminal_HasItsSizeAndLeavesItAsItWas()
    {
        var (_, container) = await RunSleeperAsync();
        var script = $"stty rows 50 cols 132; '{PublishedPrograms.Ctl}' exec -it {container} sh -c 'until stty size 2>/dev/null | grep .; do sleep 0.05; done; test -t 0 && exit 5'; echo code $?; stty -a";

        var run = await RunAsync("/usr/bin/script", [], "-qec", script, "/dev/null");

        Assert.Contains("50 132\r\n", run.StandardOutputText, StringComparison.Ordinal);
        Assert.Contains("code 5\r\n", run.StandardOutputText, StringComparison.Ordinal);
        Assert.Contains(" icanon", run.StandardOutputText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_WithInput_TalksToTheContainer()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            (config.Stdin, config.StdinOnce) = (true, true);
            config.Command.Clear();
            config.Command.Add(["sh", "-c", "read line; echo \"<$line>\""]);
        });

        var attach = await CtlAsync(Encoding.ASCII.GetBytes("hello\n"), "attach", "-i", container);

        Assert.Equal((0, "<hello>\n"), (attach.Exit.ShellCode, attach.StandardOutputText));
    }

    [Fact]
    public async Task PortForward_JoinsConnectionsBothWaysUntilInterrupted()
    {
        var (pod, _) = await RunSleeperAsync(config =>
        {
            config.Command.Clear();
            config.Command.Add(["sh", "-c", $"while :; do nc -l -p {PodPort} -e head -n 1; done"]);
        });
        var port = FreePort();
        using var forward = ChildProcess.Start(new ProgramStart
        {
            Path = PublishedPrograms.Ctl,
            Arguments = [PublishedPrograms.Ctl, "port-forward", pod.Id, $"{port}:{PodPort}"],
            Environment = Variables,
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using var end = new KillAtEnd(forward);

        Assert.Equal("first\n", await EchoAsync(port, "first\n", limit.Token));
        Assert.Equal("second\n", await EchoAsync(port, "second\n", limit.Token));

        forward.Handle.Signal(2);
        Assert.Equal(130, (await forward.WaitForExitAsync(limit.Token)).ShellCode);
    }

    private List<string> Variables => [$"CONTAINER_RUNTIME_ENDPOINT=unix://{Daemon.Socket}", "PATH=/usr/bin:/bin", "SHELL=/bin/sh"];

    /// <summary>Until somebody listens on both sides.</summary>
    private static async Task<string> EchoAsync(int port, string words, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                await socket.SendAsync(Encoding.ASCII.GetBytes(words), cancellationToken);
                using var reader = new StreamReader(new NetworkStream(socket));
                if (await reader.ReadToEndAsync(cancellationToken) is { Length: > 0 } echo)
                {
                    return echo;
                }
            }
            catch (Exception early) when (early is SocketException or IOException)
            {
                // Not yet.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);
        }
    }

    private sealed class KillAtEnd(ChildProcess process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            process.Handle.Signal(Signals.SIGKILL);
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Task<ProgramOutput> CtlAsync(byte[] input, params string[] arguments) => RunAsync(PublishedPrograms.Ctl, input, arguments);

    private Task<ProgramOutput> RunAsync(string path, byte[] input, params string[] arguments) => ProgramRun.RunAsync(
        new ProgramCommand { Path = path, Arguments = arguments, Environment = Variables, StandardInput = input, TimeLimit = TimeSpan.FromSeconds(60) },
        CancellationToken.None);
}
