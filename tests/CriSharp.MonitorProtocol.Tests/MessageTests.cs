namespace CriSharp.MonitorProtocol.Tests;

public class MessageTests
{
    private readonly byte[] _packet = new byte[MonitorMessage.LongestBytes];

    [Fact]
    public void Bare_WhenWritten_IsTwoBytes()
    {
        Assert.Equal(2, MonitorMessage.WriteBare(_packet, MessageType.ReopenLog));
        Assert.Equal([1, 2], _packet[..2]);
    }

    [Fact]
    public void State_WhenRunning_RoundTrips()
    {
        var length = new StateMessage(77, null).Write(_packet, MessageType.State);

        Assert.Equal(MessageType.State, MonitorMessage.TypeOf(_packet.AsSpan(0, length)));
        Assert.Equal(new StateMessage(77, null), StateMessage.Read(_packet.AsSpan(0, length)));
    }

    [Fact]
    public void State_WhenExited_RoundTrips()
    {
        var exited = new StateMessage(77, new ExitRecord { ExitCode = 143, Signal = 15, OutOfMemory = true, FinishedAtUnixNanoseconds = long.MaxValue, LostLogBytes = 3 });

        var length = exited.Write(_packet, MessageType.Exited);

        Assert.Equal(exited, StateMessage.Read(_packet.AsSpan(0, length)));
    }

    [Fact]
    public void State_WhenFromBeforeThereWereRevisions_HasNone()
    {
        var length = new StateMessage(77, null).Write(_packet, MessageType.State);

        Assert.Equal(0, StateMessage.Read(_packet.AsSpan(0, length - 1)).Revision);
        Assert.Equal(1, StateMessage.Read(_packet.AsSpan(0, length)).Revision);
    }

    [Fact]
    public void Attach_WhenWritten_RoundTrips()
    {
        var attach = new AttachMessage(StandardStreams.Stdin | StandardStreams.Stderr);

        Assert.Equal(attach, AttachMessage.Read(_packet.AsSpan(0, attach.Write(_packet))));
    }

    [Fact]
    public void Resize_WhenWritten_RoundTrips()
    {
        var size = new ResizeMessage(65535, 1);

        Assert.Equal(size, ResizeMessage.Read(_packet.AsSpan(0, size.Write(_packet))));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(-1, 1)]
    [InlineData(1, 65536)]
    public void Resize_WhenNoTerminalCanBeSo_IsRefused(int columns, int rows)
    {
        var length = new ResizeMessage(columns, rows).Write(_packet);

        Assert.Throws<FormatException>(() => ResizeMessage.Read(_packet.AsSpan(0, length)));
    }

    [Fact]
    public void Exec_WhenFull_RoundTrips()
    {
        var exec = new ExecMessage
        {
            ExecId = "probe-1",
            ProcessPath = "/run/ü/process.json",
            Streams = StandardStreams.Stdout | StandardStreams.Stderr,
            TimeoutMilliseconds = 1500,
            CgroupDirectories = ["/sys/fs/cgroup/memory/a/exec-1", "/sys/fs/cgroup/pids/a/exec-1"],
            RuntimeExecArguments = ["--cgroup", "exec-1"],
        };

        var read = ExecMessage.Read(_packet.AsSpan(0, exec.Write(_packet)));

        Assert.Equal(exec.CgroupDirectories, read.CgroupDirectories);
        Assert.Equal(exec.RuntimeExecArguments, read.RuntimeExecArguments);
        Assert.Equal(exec, read with { CgroupDirectories = exec.CgroupDirectories, RuntimeExecArguments = exec.RuntimeExecArguments });
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData(".hidden")]
    public void Exec_WhenItsIdIsNoFileName_IsRefused(string id)
    {
        var length = new ExecMessage { ExecId = id, ProcessPath = "/p" }.Write(_packet);

        Assert.Throws<FormatException>(() => ExecMessage.Read(_packet.AsSpan(0, length)));
    }

    [Fact]
    public void Exec_WhenCutAnywhere_IsRefused()
    {
        var length = new ExecMessage { ExecId = "e", ProcessPath = "/p", CgroupDirectories = ["/c"], RuntimeExecArguments = ["a", "b"] }.Write(_packet);

        for (var cut = MonitorMessage.HeaderBytes; cut < length; cut++)
        {
            var shorter = cut;
            Assert.Throws<FormatException>(() => ExecMessage.Read(_packet.AsSpan(0, shorter)));
        }
    }

    [Fact]
    public void Exec_WhenItDoesNotFit_IsRefused() =>
        Assert.Throws<FormatException>(() => new ExecMessage { ExecId = "e", ProcessPath = new string('p', 65_000), RuntimeExecArguments = [new string('a', 1000)] }.Write(_packet));

    [Fact]
    public void ExecExit_WhenTimedOut_RoundTrips()
    {
        var exit = new ExecExitMessage(137, 9, true);

        Assert.Equal(exit, ExecExitMessage.Read(_packet.AsSpan(0, exit.Write(_packet))));
    }

    [Fact]
    public void Failure_WhenWritten_RoundTrips()
    {
        var length = MonitorMessage.WriteFailure(_packet, MessageType.ExecFailed, "no such file: ü");

        Assert.Equal("no such file: ü", MonitorMessage.ReadFailure(_packet.AsSpan(0, length)));
    }

    [Fact]
    public void ExecStarted_WhenWritten_RoundTrips() =>
        Assert.Equal(4711, MonitorMessage.ReadExecStarted(_packet.AsSpan(0, MonitorMessage.WriteExecStarted(_packet, 4711))));

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1 })]
    [InlineData(new byte[] { 2, 1 })]
    public void TypeOf_WhenShortOrOfAnotherVersion_Throws(byte[] packet) => Assert.Throws<FormatException>(() => MonitorMessage.TypeOf(packet));
}
