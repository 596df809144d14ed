using ConmonSharp.Tests.Rig;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;

namespace ConmonSharp.Tests.Runc;

public class RuncTests
{
    private static readonly bool IsUnified = File.Exists("/sys/fs/cgroup/cgroup.controllers");

    [Fact]
    public async Task Container_WhenItEnds_HasItsLogAndExitRecord()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sh", "-c", "echo out; echo err >&2; printf tail; exit 3"]);

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal(["stderr F err", "stdout F out", "stdout P tail"], rig.ReadLog().Order());
        Assert.Equal((3, null, false), (rig.ReadExit().ExitCode, rig.ReadExit().Signal, rig.ReadExit().OutOfMemory));
    }

    [Fact]
    public async Task Launch_WhenTheCommandIsMissing_ReportsRuncsWords()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["nosuchprogram"]);

        var report = await rig.LaunchAsync();

        Assert.Contains("nosuchprogram", report.Message, StringComparison.Ordinal);
        Assert.Contains("executable file not found", report.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await rig.WaitForMonitorAsync()).ExitCode);
    }

    [Fact]
    public async Task Container_WhenItWantsTooMuchMemory_IsRecordedSo()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["tail", "/dev/zero"], memoryLimitBytes: 16 * 1024 * 1024);

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal((137, true), (rig.ReadExit().ExitCode, rig.ReadExit().OutOfMemory));
    }

    [Fact]
    public async Task Container_WhenItsChildWantsTooMuchMemory_IsRecordedSo()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sh", "-c", "tail /dev/zero; exit 5"], memoryLimitBytes: 16 * 1024 * 1024);

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal((5, true), (rig.ReadExit().ExitCode, rig.ReadExit().OutOfMemory));
    }

    [Fact]
    public async Task Terminal_WhenAskedFor_IsOneStream()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        var far = Directory.CreateDirectory($"{rig.Folder}/{new string('x', 120)}").FullName;
        rig.Arguments = rig.Arguments with { Terminal = true, Socket = $"{far}/monitor.sock" };
        RuncBundle.Write(rig, ["sh", "-c", "test -t 0 && test -t 2 && echo terminal >&2; printf tail"], terminal: true);

        await rig.LaunchAndStartAsync();
        await rig.WaitForMonitorAsync();

        Assert.Equal(["stdout F terminal\r", "stdout P tail"], rig.ReadLog());
    }

    [Fact]
    public async Task Terminal_WhenNoProgramHasItForAMoment_GoesOn()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        rig.Arguments = rig.Arguments with { Terminal = true, Stdin = true };
        RuncBundle.Write(rig, ["sh", "-c", "t=$(tty); exec </dev/null >/dev/null 2>&1; sleep 1; echo later >$t; read typed <$t; echo got $typed >$t"], terminal: true);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();
        using var input = PipePair.CreateForInput();
        AttachInput(peer, input);
        await peer.ReceiveAsync(MessageType.Ok);

        Assert.Equal(3, DescriptorTransfer.Write(input.Writer, "hi\n"u8));
        await rig.WaitForMonitorAsync();

        // What is typed while nobody reads is echoed at once.
        Assert.Equal(["stdout F got hi\r", "stdout F hi\r", "stdout F later\r"], rig.ReadLog().Order());
    }

    [Fact]
    public async Task Exec_WhenItEnds_HasItsOutputAndCode()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sleep", "1000"]);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();

        using var output = peer.SendExec(Exec(rig, "e1", "sh", "-c", "echo out; echo err >&2; exit 7"));

        await peer.ReceiveAsync(MessageType.ExecStarted);
        Assert.Equal(7, ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)).ExitCode);
        Assert.Equal("out\n", await output.ReadOutputAsync());
        Assert.Equal("err\n", await output.ReadErrorsAsync());
        Assert.False(Directory.Exists(ExecCgroup(rig, "e1")));
    }

    [Fact]
    public async Task Exec_WhenTheCommandIsMissing_TellsRuncsWords()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sleep", "1000"]);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();

        using var output = peer.SendExec(Exec(rig, "e1", "nosuchprogram"));

        var words = MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.ExecFailed));
        Assert.Contains("executable file not found", words, StringComparison.Ordinal);
        Assert.False(Directory.Exists(ExecCgroup(rig, "e1")));
    }

    [Fact]
    public async Task Exec_WhenItIsKilled_DiesWithAllItStarted()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sleep", "1000"]);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();
        using var output = peer.SendExec(Forest(rig, out var mark));
        await peer.ReceiveAsync(MessageType.ExecStarted);
        await Eventually.TrueAsync(() => MonitorProcesses.WithArgument(mark).Count(pid => MonitorProcesses.IsAlive(pid)) >= 4);

        peer.Send(MessageType.KillExec);

        Assert.Equal(new ExecExitMessage(137, 9, false), ExecExitMessage.Read(await peer.ReceiveAsync(MessageType.ExecExited)));
        Assert.DoesNotContain(MonitorProcesses.WithArgument(mark), MonitorProcesses.IsAlive);
        Assert.False(Directory.Exists(ExecCgroup(rig, "e1")));
        Assert.Equal("", await output.ReadOutputAsync());
    }

    [Fact]
    public async Task Exec_WhenItsTimeIsOver_LeavesNothing()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sleep", "1000"]);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();

        using var output = peer.SendExec(Forest(rig, out var mark) with { TimeoutMilliseconds = 1000 });

        // On a slow machine the time is over before the command has started.
        var answer = await peer.ReceiveAsync();
        if (MonitorMessage.TypeOf(answer) == MessageType.ExecStarted)
        {
            answer = await peer.ReceiveAsync(MessageType.ExecExited);
        }

        Assert.Equal(new ExecExitMessage(137, 9, true), ExecExitMessage.Read(answer));
        Assert.DoesNotContain(MonitorProcesses.WithArgument(mark), MonitorProcesses.IsAlive);
        Assert.False(Directory.Exists(ExecCgroup(rig, "e1")));
        Assert.Equal("", await output.ReadOutputAsync());
    }

    [Fact]
    public async Task Exec_WhenItLeavesADaemonBehind_LetsItLive()
    {
        await using var rig = new MonitorRig(RuncBundle.Runtime);
        RuncBundle.Write(rig, ["sleep", "1000"]);
        await rig.LaunchAndStartAsync();
        using var peer = rig.Connect();
        var mark = $"20{rig.Arguments.Id.GetHashCode() & 0xfffff}";

        using var output = peer.SendExec(Exec(rig, "e1", "sh", "-c", $"(setsid sleep {mark} </dev/null >/dev/null 2>&1 &); exit 0"));
        await peer.ReceiveAsync(MessageType.ExecStarted);
        await peer.ReceiveAsync(MessageType.ExecExited);

        await Eventually.TrueAsync(() => !Directory.Exists(ExecCgroup(rig, "e1")));
        Assert.Single(MonitorProcesses.WithArgument(mark), MonitorProcesses.IsAlive);
    }

    private static void AttachInput(MonitorPeer peer, PipePair input)
    {
        var packet = new byte[16];
        peer.SendRaw(packet.AsSpan(0, new AttachMessage(StandardStreams.Stdin).Write(packet)), input.Reader);
        input.Reader.Dispose();
    }

    // Sessions of their own and parents that have gone: only the cgroup still knows where they come from.
    private static ExecMessage Forest(MonitorRig rig, out string mark)
    {
        mark = $"10{rig.Arguments.Id.GetHashCode(StringComparison.Ordinal) & 0xfffff}";
        return Exec(rig, "e1", "sh", "-c", $"(setsid sleep {mark} &); (setsid sh -c '(sleep {mark}1 &) ; sleep {mark}2' &); sleep {mark}3");
    }

    private static string ExecCgroup(MonitorRig rig, string id) =>
        IsUnified ? $"/sys/fs/cgroup/{rig.Arguments.Id}/exec-{id}" : $"/sys/fs/cgroup/freezer/{rig.Arguments.Id}/exec-{id}";

    private static ExecMessage Exec(MonitorRig rig, string id, params string[] command) => new()
    {
        ExecId = id,
        ProcessPath = RuncBundle.WriteProcess(rig, id, command),
        CgroupDirectories = [ExecCgroup(rig, id)],
        RuntimeExecArguments = ["--cgroup", IsUnified ? $"exec-{id}" : $"freezer:exec-{id}"],
    };
}
