using System.Text;
using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Monitors;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Tests.Monitors;

public sealed class MonitorClientTests : IDisposable
{
    private readonly Bundle _bundle = new(Directory.CreateTempSubdirectory("monitor-client-").FullName);
    private readonly ScriptedMonitor _monitor;

    public MonitorClientTests() => _monitor = new ScriptedMonitor(_bundle.MonitorSocket);

    private MonitorClient Client => new(_bundle.MonitorSocket);

    public void Dispose()
    {
        _monitor.Dispose();
        Directory.Delete(_bundle.Directory, recursive: true);
    }

    [Fact]
    public async Task Watch_WhenTheContainerEndsLater_ReturnsItsRecord()
    {
        var record = new ExitRecord { ExitCode = 137, Signal = 9, OutOfMemory = true, FinishedAtUnixNanoseconds = 5 };
        var watch = Client.WatchAsync(CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        Assert.Equal(MessageType.Watch, MonitorMessage.TypeOf(await peer.ReceiveAsync()));
        peer.Send(packet => new StateMessage(7, null).Write(packet, MessageType.State));
        peer.Send(packet => new StateMessage(7, record).Write(packet, MessageType.Exited));

        Assert.Equal(record, await watch);
    }

    [Fact]
    public async Task Watch_WhenTheMonitorGoesWithoutAWord_IsUnavailable()
    {
        var watch = Client.WatchAsync(CancellationToken.None);
        using (var peer = await _monitor.AcceptAsync())
        {
            await peer.ReceiveAsync();
        }

        Assert.Equal(ErrorKind.Unavailable, (await Assert.ThrowsAsync<RuntimeException>(() => watch)).Kind);
    }

    [Fact]
    public async Task Watch_WhenThereIsNoMonitor_IsUnavailable()
    {
        _monitor.Dispose();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => Client.WatchAsync(CancellationToken.None));

        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task Attach_WhenTheMonitorIsOlder_SaysSo()
    {
        var attach = Client.AttachAsync(new StreamsAsked(false, false, true, false), CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet => new StateMessage(7, null).Write(packet, MessageType.State) - 1);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => attach);

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("started by an older version", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attach_WhenTheMonitorEndsWithAMessageUnread_StillHasTheContainersEnd()
    {
        var record = new ExitRecord { ExitCode = 12, FinishedAtUnixNanoseconds = 5 };
        var attach = Client.AttachAsync(new StreamsAsked(true, false, true, false), CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet => new StateMessage(7, null).Write(packet, MessageType.State));
        Assert.Equal(StandardStreams.Stdout, AttachMessage.Read(await peer.ReceiveAsync()).Streams);
        peer.Send(packet => MonitorMessage.WriteBare(packet, MessageType.Ok));
        await using var client = await attach;
        client.Resize(80, 24);
        peer.Send(packet => new StateMessage(7, record).Write(packet, MessageType.Exited));
        peer.Dispose();

        Assert.Equal(12, await client.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Attach_WhenTheMonitorIsKilled_IsUnavailableAndItsStreamsEnd()
    {
        var attach = Client.AttachAsync(new StreamsAsked(false, false, true, false), CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet => new StateMessage(7, null).Write(packet, MessageType.State));
        await peer.ReceiveAsync();
        peer.Send(packet => MonitorMessage.WriteBare(packet, MessageType.Ok));
        await using var client = await attach;
        peer.Dispose();

        Assert.Equal(0, await client.Stdout!.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => client.WaitAsync(CancellationToken.None));
        Assert.Equal(ErrorKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task ReopenLog_WhenTheMonitorCannot_SaysWhy()
    {
        var reopen = Client.ReopenLogAsync(CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet => MonitorMessage.WriteFailure(packet, MessageType.Failed, "no space left"));

        Assert.Contains("no space left", (await Assert.ThrowsAsync<RuntimeException>(() => reopen)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_WhenTheCommandSaysMoreThanTheLimit_KeepsTheBeginningOfEachStream()
    {
        var exec = Client.ExecAsync(Request() with { OutputLimitBytes = 5, Timeout = TimeSpan.FromSeconds(3) }, CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        var message = ExecMessage.Read(await peer.ReceiveAsync());
        Assert.Equal(3000, message.TimeoutMilliseconds);
        Assert.Equal("{}", await File.ReadAllTextAsync(message.ProcessPath));
        RandomWrite(peer, 0, "hello world");
        RandomWrite(peer, 1, "oops");
        peer.Descriptors.ForEach(descriptor => descriptor.Dispose());
        peer.Send(packet => MonitorMessage.WriteExecStarted(packet, 42));
        peer.Send(packet => new ExecExitMessage(3, null, false).Write(packet));

        var result = await exec;

        Assert.Equal((3, false, true), (result.ExitCode, result.TimedOut, result.IsTruncated));
        Assert.Equal("hello", Encoding.UTF8.GetString(result.StandardOutput.Span));
        Assert.Equal("oops", Encoding.UTF8.GetString(result.StandardError.Span));
        Assert.False(File.Exists(message.ProcessPath));
    }

    [Fact]
    public async Task Exec_WhenSomebodyStillHoldsThePipe_ReturnsWithWhatIsThere()
    {
        var exec = Client.ExecAsync(Request() with { DrainGrace = TimeSpan.FromMilliseconds(50) }, CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        RandomWrite(peer, 0, "said before");
        peer.Send(packet => new ExecExitMessage(0, null, false).Write(packet));

        Assert.Equal("said before", Encoding.UTF8.GetString((await exec).StandardOutput.Span));
    }

    [Fact]
    public async Task Exec_WhenItCannotStart_CarriesTheRuntimesWords()
    {
        var exec = Client.ExecAsync(Request(), CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet => MonitorMessage.WriteFailure(packet, MessageType.ExecFailed, "{\"level\":\"error\",\"msg\":\"no such file\"}"));

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => exec);

        Assert.Equal("exec e1 could not be started: no such file", failure.Message);
    }

    [Fact]
    public async Task Exec_WhenTheCallerGoesAway_HasTheCommandKilledFirst()
    {
        using var caller = new CancellationTokenSource();
        var exec = Client.ExecAsync(Request(), caller.Token);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        await caller.CancelAsync();
        Assert.Equal(MessageType.KillExec, MonitorMessage.TypeOf(await peer.ReceiveAsync()));
        Assert.False(exec.IsCompleted);
        peer.Send(packet => new ExecExitMessage(137, 9, false).Write(packet));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exec);
    }

    [Fact]
    public async Task Exec_WhenTheMonitorSpeaksAnotherVersion_SaysSo()
    {
        var exec = Client.ExecAsync(Request(), CancellationToken.None);
        using var peer = await _monitor.AcceptAsync();
        await peer.ReceiveAsync();
        peer.Send(packet =>
        {
            packet[0] = 99;
            return 2;
        });

        Assert.Equal(ErrorKind.DataLoss, (await Assert.ThrowsAsync<RuntimeException>(() => exec)).Kind);
    }

    private static void RandomWrite(ScriptedMonitor.Peer peer, int stream, string text)
    {
        using var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(peer.Descriptors[stream].DangerousGetHandle(), ownsHandle: false), FileAccess.Write, 0);
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private ExecRequest Request() => new() { ExecId = "e1", Bundle = _bundle, Process = "{}"u8.ToArray() };
}
