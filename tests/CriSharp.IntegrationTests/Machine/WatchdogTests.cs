using System.Net.Sockets;
using System.Text;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Machine;

/// <summary>What systemd hears of the real daemon: ready, that it is healthy, and silence of the watchdog when it does not serve.</summary>
public sealed class WatchdogTests : IDisposable
{
    private const string Ping = "WATCHDOG=1";
    private const int Hangup = 1;
    private const string Ill = "STATUS=does not serve";

    private readonly string _folder = Directory.CreateTempSubdirectory("crw").FullName;
    private readonly Socket _systemd = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
    private readonly ChildProcess _daemon;

    public WatchdogTests()
    {
        var notify = Path.Combine(_folder, "notify");
        _systemd.Bind(new UnixDomainSocketEndPoint(notify));
        File.WriteAllText(ConfigFile, "");
        using var log = File.OpenHandle(LogPath, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        _daemon = ChildProcess.Start(new ProgramStart
        {
            Path = PublishedPrograms.Daemon,
            Arguments =
            [
                PublishedPrograms.Daemon, "serve", "--config", ConfigFile, "--root", Path.Combine(_folder, "root"), "--runroot", Path.Combine(_folder, "run"),
                "--cni-config-dir", Path.Combine(_folder, "cni"), "--cgroup-manager", "cgroupfs",
            ],
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", $"NOTIFY_SOCKET={notify}", "WATCHDOG_USEC=3000000"],
            Descriptors = [new ChildDescriptor(1, log), new ChildDescriptor(2, log)],
            NewSession = true,
        });
        ReceiveUntil(text => text.Contains("READY=1", StringComparison.Ordinal));
    }

    private string ConfigFile => Path.Combine(_folder, "crisharp.conf");

    private string LogPath => Path.Combine(_folder, "log");

    private string CriSocket => Path.Combine(_folder, "run", "crisharp.sock");

    public void Dispose()
    {
        _daemon.Handle.Signal(Signals.SIGKILL);
        _daemon.Dispose();
        _systemd.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Watchdog_WhenTheSocketHasGone_IsNotPingedUntilItIsBack()
    {
        ReceiveUntil(IsPing);
        ReceiveUntil(IsPing);

        while (_systemd.Available > 0)
        {
            Receive();
        }

        File.Move(CriSocket, CriSocket + ".away");
        ReceiveUntil(IsIll);
        // Three more looks, and not one of them is a ping.
        Assert.All(Enumerable.Range(0, 3).Select(_ => Receive()), text => Assert.True(IsIll(text) && !IsPing(text), text));
        Assert.Contains("The daemon does not serve", File.ReadAllText(LogPath), StringComparison.Ordinal);

        File.Move(CriSocket + ".away", CriSocket);
        ReceiveUntil(IsPing);
    }

    [Fact]
    public void Watchdog_WhenSomebodyElseListensOnThePath_IsNotPinged()
    {
        ReceiveUntil(IsPing);

        File.Delete(CriSocket);
        using var stranger = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        stranger.Bind(new UnixDomainSocketEndPoint(CriSocket));
        stranger.Listen();

        ReceiveUntil(text => IsIll(text) && text.Contains($"process {Environment.ProcessId} listens", StringComparison.Ordinal));
    }

    [Fact]
    public void Hangup_WhenTheConfigurationIsChanged_TakesItWholeOrNot()
    {
        File.WriteAllText(ConfigFile, "[crio.runtime]\nlog_level = \"debug\"\n");
        _daemon.Handle.Signal(Hangup);
        ReceiveUntil(text => text.StartsWith("RELOADING=1\nMONOTONIC_USEC=", StringComparison.Ordinal));
        Assert.Contains("read again", ReceiveUntil(text => text.StartsWith("READY=1\n", StringComparison.Ordinal)), StringComparison.Ordinal);

        File.WriteAllText(ConfigFile, "[crio.runtime]\nlog_level = \"loud\"\n");
        _daemon.Handle.Signal(Hangup);
        Assert.Contains("\"loud\"", ReceiveUntil(text => text.StartsWith("READY=1\n", StringComparison.Ordinal)), StringComparison.Ordinal);
        ReceiveUntil(IsPing);
    }

    private static bool IsPing(string text) => text.Contains(Ping, StringComparison.Ordinal);

    private static bool IsIll(string text) => text.Contains(Ill, StringComparison.Ordinal);

    private string ReceiveUntil(Func<string, bool> isIt)
    {
        string text;
        do
        {
            text = Receive();
        }
        while (!isIt(text));
        return text;
    }

    private string Receive()
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, _systemd.Receive(buffer));
    }
}
