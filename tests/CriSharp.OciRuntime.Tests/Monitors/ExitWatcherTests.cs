using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Tests.Monitors;

public sealed class ExitWatcherTests : IDisposable
{
    private static readonly ExitRecord Record = new() { ExitCode = 3, FinishedAtUnixNanoseconds = 1 };

    private readonly string _folder = Directory.CreateTempSubdirectory("exit-watcher-").FullName;
    private readonly ChildProcess _monitor = Sleep();
    private readonly ChildProcess _init = Sleep();
    private readonly ScriptedMonitor _socket;

    public ExitWatcherTests() => _socket = new ScriptedMonitor(Path.Combine(_folder, "monitor.sock"));

    private string ExitFilePath => Path.Combine(_folder, "exit");

    public void Dispose()
    {
        foreach (var process in (ChildProcess[])[_monitor, _init])
        {
            process.Handle.Signal(Signals.SIGKILL);
            process.Dispose();
        }

        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Wait_WhenTheMonitorTells_ReturnsItsRecord()
    {
        using var watcher = Watcher();
        var wait = WaitAsync(watcher);
        using var peer = await _socket.AcceptAsync();
        peer.Send(packet => new StateMessage(1, null).Write(packet, MessageType.State));
        peer.Send(packet => new StateMessage(1, Record).Write(packet, MessageType.Exited));

        Assert.Equal(ContainerExit.Of(Record), await wait);
        Assert.False(watcher.IsMonitorLost);
    }

    [Fact]
    public async Task Wait_WhenTheConnectionBreaksButTheMonitorLives_AsksAgain()
    {
        using var watcher = Watcher();
        var wait = WaitAsync(watcher);
        (await _socket.AcceptAsync()).Dispose();
        using var peer = await _socket.AcceptAsync();
        peer.Send(packet => new StateMessage(1, Record).Write(packet, MessageType.State));

        Assert.Equal(ContainerExit.Of(Record), await wait);
    }

    [Fact]
    public async Task Wait_WhenTheMonitorDiedAfterRecording_ReadsTheFile()
    {
        await File.WriteAllBytesAsync(ExitFilePath, Record.Format());
        await KillAsync(_monitor);
        using var watcher = Watcher();

        Assert.Equal(ContainerExit.Of(Record), await WaitAsync(watcher));
    }

    [Fact]
    public async Task Wait_WhenTheRecordIsDamaged_EndsWithTheContainerAndSaysWhy()
    {
        await File.WriteAllBytesAsync(ExitFilePath, Record.Format()[..^5]);
        await KillAsync(_monitor);
        using var watcher = Watcher();
        var wait = WaitAsync(watcher);
        Assert.False(wait.IsCompleted);
        await KillAsync(_init);

        var exit = await wait;

        // The kernel's word, where it has one.
        Assert.Contains(exit.Code, new[] { 137, ContainerExit.UnknownCode });
        Assert.Contains(ExitFilePath, exit.Loss ?? exit.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_WhenTheMonitorDiesFirst_EndsWithTheContainerAsTheKernelTellsIt()
    {
        var lost = new TaskCompletionSource();
        using var watcher = new ExitWatcher(Container(), TimeProvider.System) { OnMonitorLost = lost.SetResult };
        var wait = WaitAsync(watcher);
        using (await _socket.AcceptAsync())
        {
            await KillAsync(_monitor);
        }

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(wait.IsCompleted);
        await KillAsync(_init);

        var exit = await wait;
        var isTold = Environment.OSVersion.Version >= new Version(6, 15);
        Assert.Equal((isTold, isTold ? 137 : ContainerExit.UnknownCode, false), (exit.IsKnown, exit.Code, exit.IsRecorded));
        Assert.Contains("its monitor died before it", exit.Loss ?? exit.Reason, StringComparison.Ordinal);
        Assert.True(watcher.IsMonitorLost);
    }

    [Fact]
    public async Task Wait_WhenBothDiedBeforeAnybodyLooked_SaysThatTheCodeIsNotKnown()
    {
        var container = Container();
        await KillAsync(_monitor);
        await KillAsync(_init);
        using var watcher = new ExitWatcher(container, TimeProvider.System);

        var exit = await WaitAsync(watcher);

        Assert.Equal(ContainerExit.UnknownCode, exit.Code);
        Assert.Equal("the exit code is not known: its monitor died before it", exit.Reason);
    }

    [Fact]
    public async Task Wait_WhenTheNumbersBelongToOthersByNow_DoesNotTakeThemForTheContainer()
    {
        var stranger = new ContainerMonitor(Earlier(_monitor), Earlier(_init), _socket.Path, ExitFilePath);
        using var watcher = new ExitWatcher(stranger, TimeProvider.System);

        Assert.False((await WaitAsync(watcher)).IsKnown);
    }

    [Fact]
    public async Task Wait_WhenTheContainerHasEndedAndTheMonitorHangs_KillsTheMonitor()
    {
        using var watcher = new ExitWatcher(Container(), TimeProvider.System) { AnnounceLimit = TimeSpan.FromMilliseconds(100) };
        var wait = WaitAsync(watcher);
        using var peer = await _socket.AcceptAsync();
        await KillAsync(_init);

        var exit = await wait;

        Assert.Contains("did not record it within 0.1 s and was killed", exit.Loss ?? exit.Reason, StringComparison.Ordinal);
        await _monitor.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Wait_WhenTheMonitorCutsEveryConnection_KillsItAllTheSame()
    {
        using var watcher = new ExitWatcher(Container(), TimeProvider.System) { AnnounceLimit = TimeSpan.FromSeconds(2.5) };
        var wait = WaitAsync(watcher);
        await KillAsync(_init);
        while (!wait.IsCompleted)
        {
            var accepted = _socket.AcceptAsync();
            if (await Task.WhenAny(accepted, wait) == accepted)
            {
                (await accepted).Dispose();
            }
        }

        var exit = await wait;

        Assert.Contains("did not record it within 2.5 s and was killed", exit.Loss ?? exit.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_WhenGivenUp_EndsAtOnce()
    {
        using var caller = new CancellationTokenSource();
        using var watcher = Watcher();
        var wait = watcher.WaitAsync(caller.Token);
        using var peer = await _socket.AcceptAsync();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    private static ChildProcess Sleep() => ChildProcess.Start(new ProgramStart { Path = "/bin/sleep", Arguments = ["sleep", "1000"] });

    private static ProcessIdentity Identity(ChildProcess process) => ProcessIdentity.TryRead(process.Pid)!.Value;

    private static ProcessIdentity Earlier(ChildProcess process) => Identity(process) with { StartTicks = 1 };

    private static async Task KillAsync(ChildProcess process)
    {
        process.Handle.Signal(Signals.SIGKILL);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static Task<ContainerExit> WaitAsync(ExitWatcher watcher) =>
        watcher.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(60));

    private ExitWatcher Watcher() => new(Container(), TimeProvider.System);

    private ContainerMonitor Container() => new(
        ProcessIdentity.TryRead(_monitor.Pid) ?? new ProcessIdentity(_monitor.Pid, 0), Identity(_init), _socket.Path, ExitFilePath);
}
