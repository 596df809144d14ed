using System.Text;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

public sealed class ConnectionTests
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    [Fact]
    public async Task Streams_WhenBothSidesWriteAndEnd_CarryAllBytesBothWays()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        var content = Bytes.Random(3_000_000, seed: 1);
        var sending = SendAsync(near, content);
        var echoing = EchoAsync(far);
        Assert.Equal(content, await Bytes.ReadAllAsync(near));
        await Task.WhenAll(sending, echoing);
    }

    [Fact]
    public async Task Read_OfMoreThanOnePiece_GivesAllOfIt()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        var content = Bytes.Random(100_000, seed: 2);
        for (var at = 0; at < content.Length; at += 20_000)
        {
            await near.WriteAsync(content.AsMemory(at, 20_000));
        }

        near.EndWrites();
        // So that more waits than one piece of the buffer holds.
        await Task.Delay(200);
        var buffer = new byte[128 * 1024];
        var filled = 0;
        int count;
        while ((count = await far.ReadAsync(buffer.AsMemory(filled))) > 0)
        {
            filled += count;
        }

        Assert.Equal(content, buffer[..filled]);
    }

    [Fact]
    public async Task Read_WithoutABuffer_WaitsForBytes()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        var waiting = far.ReadAsync(Memory<byte>.Empty).AsTask();
        await Task.Delay(50);
        Assert.False(waiting.IsCompleted);
        await near.WriteAsync("x"u8.ToArray());
        Assert.Equal(0, await waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(1, await far.ReadAsync(new byte[10]));
    }

    [Fact]
    public async Task Headers_OfAStream_ArriveAsTheyWere()
    {
        await using var both = new Both();
        var (_, far) = await both.OpenAsync(new Dictionary<string, string> { ["streamtype"] = "data", ["port"] = "80" });
        Assert.Equal("80", far.Headers["port"]);
        Assert.Equal(2, far.Headers.Count);
    }

    [Fact]
    public async Task Reset_OfOneSide_FailsTheOtherSidesReadsAfterWhatCameBefore()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        await near.WriteAsync("before"u8.ToArray());
        near.Reset(SpdyStatus.Cancel);
        var buffer = new byte[6];
        await far.ReadExactlyAsync(buffer);
        Assert.Equal("before", Encoding.ASCII.GetString(buffer));
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(far));
        await Assert.ThrowsAsync<SpdyException>(async () => await far.WriteAsync(buffer));
    }

    [Fact]
    public async Task End_OfOneHalf_LeavesTheOther()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        near.EndWrites();
        Assert.Equal(0, await far.ReadAsync(new byte[1]));
        await far.WriteAsync("still"u8.ToArray());
        await far.DisposeAsync();
        Assert.Equal("still"u8.ToArray(), await Bytes.ReadAllAsync(near));
        await Assert.ThrowsAsync<SpdyException>(async () => await near.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task Refusal_OfAStream_IsToldToWhoeverOpensIt()
    {
        await using var both = new Both();
        both.Server.RefuseNewStreams();
        await Assert.ThrowsAsync<SpdyException>(() => both.Client.OpenAsync(NoHeaders, default));
        await Assert.ThrowsAsync<SpdyException>(() => both.Client.OpenAsync(NoHeaders, default));
    }

    [Fact]
    public async Task Client_WhenItHangsUp_IsGoneAndReadsFail()
    {
        await using var both = new Both();
        var (near, far) = await both.OpenAsync();
        await near.WriteAsync("last"u8.ToArray());
        await both.Client.DisposeAsync();
        var buffer = new byte[4];
        await far.ReadExactlyAsync(buffer);
        await Assert.ThrowsAsync<SpdyException>(() => Bytes.ReadAllAsync(far));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(TimeSpan.FromSeconds(20), both.Server.Gone));
        Assert.Null(await both.Server.AcceptAsync(default));
    }

    [Fact]
    public async Task Server_WhenItCloses_HasSentAllBeforeAndWaitsForItsClient()
    {
        var both = new Both();
        var (near, far) = await both.OpenAsync();
        var content = Bytes.Random(300_000, seed: 2);
        var closing = CloseAsync(both.Server, far, content);
        Assert.Equal(content, await Bytes.ReadAllAsync(near));
        await Task.Delay(50);
        Assert.False(closing.IsCompleted);
        await both.Client.DisposeAsync();
        await closing.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Server_WhenItsClientStays_HangsUpAfterALinger()
    {
        var both = new Both(new() { Linger = TimeSpan.FromMilliseconds(200) });
        await both.OpenAsync();
        await both.Server.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        await both.Client.DisposeAsync();
    }

    [Fact]
    public async Task Server_WhenItsClientPausesForLongerThanALinger_StillSendsItAll()
    {
        var (client, wire) = Wire.Pair();
        var peer = new RawPeer(client);
        var server = SpdyConnection.Server(wire, new() { Linger = TimeSpan.FromMilliseconds(200) });
        await peer.OpenAsync(1);
        // More than the wire has room for, so that some of it waits here.
        var closing = CloseAsync(server, (await server.AcceptAsync(default))!, new byte[150_000]);
        await Task.Delay(1000);
        var frames = await peer.HearAllAsync();
        Assert.Equal(150_000, frames.Where(frame => !frame.Header.IsControl).Sum(frame => frame.Content.Length));
        Assert.Equal(FrameType.GoAway, frames[^1].Header.Type);
        await closing.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Dispose_DuringARead_EndsTheRead()
    {
        await using var both = new Both();
        var (_, far) = await both.OpenAsync();
        var reading = far.ReadAsync(new byte[1]).AsTask();
        await far.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => reading.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.IsType<ObjectDisposedException>(reading.Exception!.InnerException);
    }

    [Fact]
    public async Task Write_WhenCancelledWhileItWaits_Ends()
    {
        await using var both = new Both(new() { Linger = TimeSpan.FromMilliseconds(100) });
        var (near, far) = await both.OpenAsync();
        using var limit = new CancellationTokenSource(200);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await near.WriteAsync(new byte[10_000_000], limit.Token));
        Assert.Equal(1, await far.ReadAsync(new byte[1]));
    }

    private static async Task SendAsync(SpdyStream stream, byte[] content)
    {
        var random = new Random(3);
        for (var at = 0; at < content.Length;)
        {
            var count = Math.Min(random.Next(1, 100_000), content.Length - at);
            await stream.WriteAsync(content.AsMemory(at, count));
            at += count;
        }

        stream.EndWrites();
    }

    private static async Task EchoAsync(SpdyStream stream)
    {
        await stream.CopyToAsync(stream);
        stream.EndWrites();
    }

    private static async Task CloseAsync(SpdyConnection server, SpdyStream stream, byte[] content)
    {
        await stream.WriteAsync(content);
        await stream.DisposeAsync();
        await server.DisposeAsync();
    }
}
