using ConmonSharp.Tests.Rig;
using CriSharp.MonitorProtocol;
using CriSharp.TestSupport.FakeRuntime;

namespace ConmonSharp.Tests.Fake;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class ExecTests : IAsyncLifetime
{
    private readonly FakeOciRuntime _runtime = new();
    private readonly MonitorRig _rig;
    private int _pid;

    public ExecTests() => _rig = new MonitorRig(_runtime.ProgramPath);

    public async Task InitializeAsync()
    {
        _rig.WriteCommand("/bin/sleep", "1000");
        _pid = await _rig.LaunchAndStartAsync();
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        _runtime.Dispose();
    }

    [Fact]
    public async Task Exec_WhenItEnds_HasItsOutputAndCode()
    {
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/sh", "-c", "echo out; echo err >&2; exit 9"));

        Assert.True(MonitorMessage.ReadExecStarted(await peer.ReceiveAsync(MessageType.ExecStarted)) > 1);
        Assert.Equal(new ExecExitMessage(9, null, false), ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)));
        Assert.Equal("out\n", await output.ReadOutputAsync());
        Assert.Equal("err\n", await output.ReadErrorsAsync());
        Assert.Equal(["0.log", "bundle", "e1", "monitor.sock", "pid", "state"], Names());
    }

    [Fact]
    public async Task Exec_WhenItCantStart_TellsTheRuntimesWords()
    {
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "nosuchprogram"));

        var words = MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.ExecFailed));

        Assert.Contains("nosuchprogram", words, StringComparison.Ordinal);
        Assert.Equal(["0.log", "bundle", "e1", "monitor.sock", "pid", "state"], Names());
    }

    [Fact]
    public async Task Exec_WhenItsFilesCannotBeRemoved_IsToldAllTheSame()
    {
        Directory.CreateDirectory(Path.Combine(_rig.Folder, "e1.log"));
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/sh", "-c", "exit 9"));

        Assert.True(MonitorMessage.ReadExecStarted(await peer.ReceiveAsync(MessageType.ExecStarted)) > 1);
        Assert.Equal(new ExecExitMessage(9, null, false), ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)));
    }

    [Fact]
    public async Task Exec_WhenItsTimeIsOver_IsKilled()
    {
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/sleep", "1000") with { TimeoutMilliseconds = 300 });

        var pid = MonitorMessage.ReadExecStarted(await peer.ReceiveAsync(MessageType.ExecStarted));
        Assert.Equal(new ExecExitMessage(137, 9, true), ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)));
        Assert.False(MonitorProcesses.IsAlive(pid));
    }

    [Fact]
    public async Task Exec_WhenTheRuntimeHangsAndThereIsNoTimeLimit_IsGivenUpInWords()
    {
        await using var rig = new MonitorRig(_runtime.ProgramPath);
        rig.Arguments = rig.Arguments with { ExecTimeout = TimeSpan.FromSeconds(2) };
        rig.WriteCommand("/bin/sleep", "1000");
        var pid = await rig.LaunchAndStartAsync();
        _runtime.Hang("exec", null);
        using var peer = rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/true"));

        var words = MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.ExecFailed));

        Assert.Equal("the OCI runtime's exec took longer than 2 s and was killed", words);
        await Eventually.TrueAsync(() => MonitorProcesses.ChildrenOf(rig.Monitor.Pid) is [var only] && only == pid);
    }

    [Fact]
    public async Task Exec_WhenTheRuntimeHangs_IsKilledInTime()
    {
        _runtime.Hang("exec", null);
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/true") with { TimeoutMilliseconds = 300 });

        Assert.True(ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)).TimedOut);
    }

    [Fact]
    public async Task KillExec_WhenItRuns_EndsIt()
    {
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/sleep", "1000"));
        await peer.ReceiveAsync(MessageType.ExecStarted);

        peer.Send(MessageType.KillExec);

        Assert.Equal(new ExecExitMessage(137, 9, false), ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)));
    }

    [Fact]
    public async Task Exec_WhenSeveralRun_EachHasItsOwnEnd()
    {
        var peers = Enumerable.Range(0, 8).Select(_ => _rig.Connect()).ToArray();
        for (var i = 0; i < peers.Length; i++)
        {
            peers[i].SendExec(Exec($"e{i}", "/bin/sh", "-c", $"exit {i}")).Dispose();
        }

        for (var i = 0; i < peers.Length; i++)
        {
            await peers[i].ReceiveAsync(MessageType.ExecStarted);
            Assert.Equal(i, ExecExitMessage.Read(await peers[i].ReceiveAsync(MessageType.ExecExited)).ExitCode);
            peers[i].Dispose();
        }
    }

    [Fact]
    public async Task Exec_WhenItsClientGoes_GoesOn()
    {
        var marker = _rig.Folder + "/marker";
        using (var peer = _rig.Connect())
        {
            using var output = peer.SendExec(Exec("e1", "/bin/sh", "-c", $"sleep 0.3; touch {marker}"));
            await peer.ReceiveAsync(MessageType.ExecStarted);
        }

        await Eventually.TrueAsync(() => File.Exists(marker));
    }

    [Fact]
    public async Task Exec_WhenTheContainerEnds_IsKilledWithIt()
    {
        using var peer = _rig.Connect();
        using var output = peer.SendExec(Exec("e1", "/bin/sleep", "1000"));
        await peer.ReceiveAsync(MessageType.ExecStarted);

        Leftovers.Kill(_pid);

        Assert.Equal(9, ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)).Signal);
        Assert.Equal(0, (await _rig.WaitForMonitorAsync()).ExitCode);
    }

    [Fact]
    public async Task Exec_WhenTheConnectionHasOne_IsRefused()
    {
        using var peer = _rig.Connect();
        using var first = peer.SendExec(Exec("e1", "/bin/sleep", "1000"));
        await peer.ReceiveAsync(MessageType.ExecStarted);

        using var second = peer.SendExec(Exec("e2", "/bin/true"));

        Assert.Contains("already", MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.ExecFailed)), StringComparison.Ordinal);
    }

    private ExecMessage Exec(string id, params string[] command) =>
        new() { ExecId = id, ProcessPath = _rig.WriteProcess(id, command) };

    private string[] Names() => [.. Directory.GetFileSystemEntries(_rig.Folder).Select(Path.GetFileName).Order()!];
}
