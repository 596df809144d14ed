using System.Text;
using ConmonSharp.Tests.Rig;
using CriSharp.Linux;
using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.TestSupport.FakeRuntime;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp.Tests.Fake;

/// <summary>What the monitor makes of clients that keep to no rule; the well-behaved ones are tried with the daemon's own client.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "DisposeAsync of IAsyncLifetime disposes them.")]
public sealed class AttachTests : IAsyncLifetime
{
    private readonly FakeOciRuntime _runtime = new();
    private readonly MonitorRig _rig;

    public AttachTests() => _rig = new MonitorRig(_runtime.ProgramPath);

    public async Task InitializeAsync()
    {
        _rig.Arguments = _rig.Arguments with { Stdin = true };
        _rig.WriteCommand("/bin/cat");
        await _rig.LaunchAndStartAsync();
    }

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        _runtime.Dispose();
    }

    [Fact]
    public async Task Watch_WhenAsked_TellsTheRevision()
    {
        using var peer = _rig.Connect();

        Assert.Equal(MonitorMessage.Revision, (await peer.WatchAsync()).Revision);
    }

    [Fact]
    public async Task Attach_WhenItsDescriptorsAreNotThoseNamed_IsRefusedAndTheyAreClosed()
    {
        using var peer = _rig.Connect();
        using var pipe = PipePair.Create();

        Attach(peer, StandardStreams.Stdout | StandardStreams.Stderr, pipe.Writer);

        Assert.Contains("descriptors", MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.Failed)), StringComparison.Ordinal);
        pipe.Writer.Dispose();
        await Eventually.TrueAsync(() => DescriptorTransfer.Read(pipe.Reader, new byte[1]) == 0);
    }

    [Fact]
    public async Task Attach_WhenTheConnectionIsAttached_IsRefused()
    {
        using var peer = _rig.Connect();
        using var pipe = PipePair.Create();
        Attach(peer, StandardStreams.Stdout, pipe.Writer);
        await peer.ReceiveAsync(MessageType.Ok);

        Attach(peer, StandardStreams.Stdout, pipe.Writer);

        Assert.Contains("already", MonitorMessage.ReadFailure(await peer.ReceiveAsync(MessageType.Failed)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(5, 8)]
    [InlineData(5)]
    [InlineData(6, 0, 0, 0, 0, 1, 0, 0, 0)]
    [InlineData(6, 1, 0, 0, 0, 0, 0, 1, 0)]
    [InlineData(6, 1, 0)]
    [InlineData(7)]
    public async Task Packet_WhenItIsNonsense_CutsTheClientOff(params int[] packet)
    {
        using var peer = _rig.Connect();

        peer.SendRaw([MonitorMessage.Version, .. Array.ConvertAll(packet, value => (byte)value)]);

        Assert.Empty(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task Stdin_WhenTheClientGoesButSomebodyHasItsPipe_IsDropped()
    {
        using var output = PipePair.Create();
        using var watcher = _rig.Connect();
        Attach(watcher, StandardStreams.Stdout, output.Writer);
        await watcher.ReceiveAsync(MessageType.Ok);
        output.Writer.Dispose();
        var input = PipePair.CreateForInput();
        using (var peer = _rig.Connect())
        {
            Attach(peer, StandardStreams.Stdin, input.Reader);
            await peer.ReceiveAsync(MessageType.Ok);
            input.Reader.Dispose();
            Assert.Equal(6, DescriptorTransfer.Write(input.Writer, "typed\n"u8));
        }

        // What was typed comes through; then nobody reads the pipe any more.
        Assert.Equal("typed\n", await ReadLineAsync(output));
        await Eventually.TrueAsync(() => DescriptorTransfer.Write(input.Writer, "x"u8) == -Errno.EPIPE);
        input.Dispose();
    }

    [Fact]
    public async Task Stdin_WhenTheClientStays_EndsForNobodyElse()
    {
        using var output = PipePair.Create();
        var input = PipePair.CreateForInput();
        using var peer = _rig.Connect();
        Attach(peer, StandardStreams.Stdin | StandardStreams.Stdout, input.Reader, output.Writer);
        await peer.ReceiveAsync(MessageType.Ok);
        DescriptorTransfer.Write(input.Writer, "one\n"u8);
        Assert.Equal("one\n", await ReadLineAsync(output));
        input.Dispose();

        using var again = _rig.Connect();
        using var second = PipePair.CreateForInput();
        Attach(again, StandardStreams.Stdin, second.Reader);
        await again.ReceiveAsync(MessageType.Ok);
        DescriptorTransfer.Write(second.Writer, "two\n"u8);

        Assert.Equal("two\n", await ReadLineAsync(output));
        Assert.Equal(["stdout F one", "stdout F two"], _rig.ReadLog());
    }

    private static void Attach(MonitorPeer peer, StandardStreams streams, params SafeFileHandle[] descriptors)
    {
        var packet = new byte[16];
        peer.SendRaw(packet.AsSpan(0, new AttachMessage(streams).Write(packet)), descriptors);
    }

    private static async Task<string> ReadLineAsync(PipePair pipe)
    {
        using var limit = new CancellationTokenSource(MonitorRig.Limit);
        var capture = new PipeCapture(pipe.Reader, 1024);
        Assert.True(await capture.ReadLineAsync(limit.Token), "no line came");
        return Encoding.UTF8.GetString(capture.Kept.Span);
    }
}
