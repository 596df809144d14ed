using System.Diagnostics;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>What no client may say, and what it may say too much of.</summary>
public sealed class HostilePeerTests
{
    private readonly RawPeer _peer;
    private readonly Wire _server;

    public HostilePeerTests()
    {
        var (client, server) = Wire.Pair();
        (_peer, _server) = (new(client), server);
    }

    [Fact]
    public async Task Ids_WhenTheyDoNotGoUp_EndTheConnectionWithAProtocolError()
    {
        await using var connection = SpdyConnection.Server(_server);
        await _peer.OpenAsync(3);
        await _peer.OpenAsync(3);
        Assert.Equal(new byte[] { 0, 0, 0, 3, 0, 0, 0, 1 }, await _peer.HearAsync(FrameType.GoAway));
        await GoneAsync(connection);
    }

    [Theory]
    // A server's id; an id of 0; data of a stream that nobody opened; another version; too short for what it is; no headers.
    [InlineData("80030001000000120000000200000000000078010000")]
    [InlineData("80030001000000120000000000000000000078010000")]
    [InlineData("0000000100000001ff")]
    [InlineData("0000000000000001ff")]
    [InlineData("8002000600000004" + "00000001")]
    [InlineData("8003000600000002" + "0001")]
    [InlineData("800300030000000400000001")]
    [InlineData("800300010000000a00000001000000000000")]
    public async Task Frames_ThatMayNotBe_EndTheConnection(string hex)
    {
        await using var connection = SpdyConnection.Server(_server);
        await _peer.SayAsync(Convert.FromHexString(hex));
        Assert.Equal(new byte[] { 0, 0, 0, 1 }, (await _peer.HearAsync(FrameType.GoAway))[4..]);
        await GoneAsync(connection);
    }

    [Fact]
    public async Task Frames_ThatSayNothing_ArePassedOver()
    {
        await using var connection = SpdyConnection.Server(_server);
        await _peer.SayAsync(
        [
            .. RawPeer.Control(4, 0, [0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9]), .. RawPeer.Control(9, 0, [0, 0, 0, 1, 0, 0, 1, 0]),
            .. RawPeer.Control(77, 0, new byte[100_000]), .. RawPeer.Reset(99, SpdyStatus.Cancel), .. RawPeer.Ping(2), .. RawPeer.Ping(5),
        ]);
        Assert.Equal(RawPeer.Number(5), await _peer.HearAsync(FrameType.Ping));
        _peer.Wire.EndWrites();
    }

    [Fact]
    public async Task Streams_BeyondTheLimit_AreRefusedUntilOthersEnd()
    {
        await using var connection = SpdyConnection.Server(_server, new() { MostStreams = 2 });
        await _peer.OpenAsync(1);
        await _peer.OpenAsync(3);
        await _peer.OpenAsync(5);
        Assert.Equal(new byte[] { 0, 0, 0, 5, 0, 0, 0, 3 }, await _peer.HearAsync(FrameType.RstStream));
        await (await connection.AcceptAsync(default))!.DisposeAsync();
        await _peer.OpenAsync(7);
        Assert.Equal(3, (await connection.AcceptAsync(default))!.Id);
        Assert.Equal(7, (await connection.AcceptAsync(default))!.Id);
        _peer.Wire.EndWrites();
    }

    [Fact]
    public async Task Headers_OfManyStreams_AreHeldWithinABudget_CVE_2026_35469()
    {
        await using var connection = SpdyConnection.Server(_server);
        var opening = OpenManyAsync();
        Assert.Equal(RawPeer.Number((int)SpdyStatus.RefusedStream), (await _peer.HearAsync(FrameType.RstStream))[4..]);
        var accepted = 0;
        using var limit = new CancellationTokenSource(300);
        try
        {
            while (await connection.AcceptAsync(limit.Token) is not null)
            {
                accepted++;
            }
        }
        catch (OperationCanceledException)
        {
        }

        await opening;
        // 8 MiB, at two bytes a character.
        Assert.Equal(4, accepted);
        _peer.Wire.EndWrites();

        async Task OpenManyAsync()
        {
            for (var id = 1; id < 40; id += 2)
            {
                await _peer.OpenAsync(id, ("x", new string('y', 1_000_000)));
            }
        }
    }

    [Fact]
    public async Task Bombs_InHeaders_EndTheConnection_CVE_2026_35469()
    {
        var connection = SpdyConnection.Server(_server);
        var saying = _peer.SayAsync(_peer.SynStream(1, 0, new byte[3 * 1024 * 1024]));
        await GoneAsync(connection);
        await connection.DisposeAsync();
        await Task.WhenAny(saying);
    }

    [Fact]
    public async Task Pings_WhenNobodyHearsTheAnswers_HoldUpWhoeverSendsThem()
    {
        var connection = SpdyConnection.Server(_server, new() { Linger = TimeSpan.FromMilliseconds(100) });
        var pings = Enumerable.Repeat(RawPeer.Ping(1), 1000).SelectMany(ping => ping).ToArray();
        var sent = 0;
        var saying = SayAsync();
        await Task.Delay(1000);
        var soFar = Volatile.Read(ref sent);
        await Task.Delay(300);
        Assert.Equal(soFar, Volatile.Read(ref sent));
        Assert.InRange(soFar * pings.Length, 1, 1_000_000);
        connection.Abort();
        await connection.DisposeAsync();
        await Task.WhenAny(saying);

        async Task SayAsync()
        {
            for (; sent < 1000; sent++)
            {
                await _peer.SayAsync(pings);
            }
        }
    }

    [Fact]
    public async Task Streams_WhenNobodyHearsThatTheyAreReset_HoldUpWhoeverOpensThem()
    {
        const int Many = 100_000;
        var connection = SpdyConnection.Server(_server);
        var serving = SpdyPortForward.ServeAsync(connection, (_, _) => throw new IOException("nobody listens"), default);
        var opened = 0;
        var opening = OpenManyAsync();
        int before;
        do
        {
            before = Volatile.Read(ref opened);
            await Task.Delay(500);
        }
        while (before < Volatile.Read(ref opened));

        // What fits into the wire both ways, and into our own buffers.
        Assert.InRange(before, 1, Many / 2);
        connection.Abort();
        await serving.WaitAsync(TimeSpan.FromSeconds(20));
        await connection.DisposeAsync();
        await Task.WhenAny(opening);

        async Task OpenManyAsync()
        {
            for (; opened < Many; opened++)
            {
                await _peer.OpenAsync(1 + (2 * opened), ("streamtype", "data"), ("port", "0"));
            }
        }
    }

    [Fact]
    public async Task Data_ThatNobodyReads_StallsTheConnectionAtItsBuffer()
    {
        var connection = SpdyConnection.Server(_server, new() { StreamBuffer = 100_000, Linger = TimeSpan.FromMilliseconds(100) });
        await _peer.OpenAsync(1);
        var stream = (await connection.AcceptAsync(default))!;
        var saying = _peer.SayAsync(RawPeer.Data(1, FrameHeader.Fin, new byte[2_000_000]));
        await Task.Delay(500);
        Assert.InRange(stream.Held, 100_000, 100_000 + (64 * 1024));
        // As soon as somebody reads, it goes on to its end.
        Assert.Equal(2_000_000, (await Bytes.ReadAllAsync(stream)).Length);
        await saying;
        Assert.Equal(0, stream.Held);
        _peer.Wire.EndWrites();
        await connection.DisposeAsync();
    }

    [Fact]
    public async Task Data_ThatNobodyReads_HidesNoDepartureOnceTheServerCloses()
    {
        var connection = SpdyConnection.Server(_server, new() { StreamBuffer = 100_000 });
        await _peer.OpenAsync(1);
        var stream = (await connection.AcceptAsync(default))!;
        var saying = _peer.SayAsync(RawPeer.Data(1, 0, new byte[300_000]));
        while (stream.Held < 100_000)
        {
            await Task.Delay(10);
        }

        var closing = connection.DisposeAsync().AsTask();
        await saying.WaitAsync(TimeSpan.FromSeconds(10));
        _peer.Wire.EndWrites();
        await closing.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Data_OfAStreamThatIsDoneWith_IsPassedOver()
    {
        await using var connection = SpdyConnection.Server(_server, new() { StreamBuffer = 10_000 });
        await _peer.OpenAsync(1);
        var stream = (await connection.AcceptAsync(default))!;
        var saying = _peer.SayAsync([.. RawPeer.Data(1, 0, new byte[1_000_000]), .. RawPeer.Ping(1)]);
        await Task.Delay(200);
        await stream.DisposeAsync();
        await _peer.HearAsync(FrameType.Ping);
        await saying;
        _peer.Wire.EndWrites();
    }

    [Fact]
    public async Task ControlFrame_WhenItIsNotFinished_EndsTheConnection()
    {
        await using var connection = SpdyConnection.Server(_server, new() { FrameTimeout = TimeSpan.FromMilliseconds(300) });
        await _peer.SayAsync(RawPeer.Ping(1)[..10]);
        await GoneAsync(connection);
    }

    [Fact]
    public async Task DataFrameAndConnection_WhenTheyIdle_GoOn()
    {
        await using var connection = SpdyConnection.Server(_server, new() { FrameTimeout = TimeSpan.FromMilliseconds(100) });
        await _peer.OpenAsync(1);
        await _peer.SayAsync(RawPeer.Data(1, 0, [1, 2, 3, 4])[..10]);
        await Task.Delay(600);
        Assert.False(connection.Gone.IsCancellationRequested);
        await _peer.SayAsync([3, 4, .. RawPeer.Ping(1)]);
        await _peer.HearAsync(FrameType.Ping);
        _peer.Wire.EndWrites();
    }

    [Fact]
    public async Task Connection_WhenItIdlesTooLong_Ends()
    {
        await using var connection = SpdyConnection.Server(_server, new() { IdleTimeout = TimeSpan.FromMilliseconds(300) });
        var clock = Stopwatch.StartNew();
        await GoneAsync(connection);
        Assert.InRange(clock.ElapsedMilliseconds, 250, 15_000);
    }

    private static async Task GoneAsync(SpdyConnection connection) =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(20), connection.Gone));
}
