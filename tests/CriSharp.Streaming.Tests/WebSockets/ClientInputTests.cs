using System.Net.WebSockets;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>What a client may say in which order, and what becomes of it.</summary>
public sealed class ClientInputTests : IDisposable
{
    private static readonly WebSocketLimits Short = new() { Farewell = TimeSpan.FromMilliseconds(300) };

    private readonly SocketPair _pair = new();

    [Fact]
    public async Task Stdin_WhenTheClientEndsIt_EndsWhileOutputGoesOn()
    {
        await using var client = await OpenAsync();
        await _pair.Client.SayAsync(0, "all");
        await _pair.Client.SayAsync([255, 0]);
        await _pair.Client.SayAsync(0, "too late");
        Assert.Equal("all"u8.ToArray(), await client.Streams.Stdin!.ReadToEndAsync());
        await client.Streams.Stdout!.WriteAsync("still"u8.ToArray());
        Assert.Equal("still", await _pair.Client.HearTextAsync(1));
        Assert.False(client.Streams.Gone.IsCancellationRequested);
    }

    [Fact]
    public async Task OtherChannels_WhenTheClientEndsThem_ChangeNothing()
    {
        await using var client = await OpenAsync();
        foreach (var channel in new byte[] { 1, 2, 3, 0, 0, 4, 4 })
        {
            await _pair.Client.SayAsync([255, channel]);
        }

        Assert.Empty(await client.Streams.Stdin!.ReadToEndAsync());
        await client.Streams.Error.WriteAsync("status"u8.ToArray());
        Assert.Equal("status", await _pair.Client.HearTextAsync(3));
    }

    [Theory]
    [InlineData(new byte[] { 255 })]
    [InlineData(new byte[] { 255, 0, 0 })]
    [InlineData(new byte[] { 255, 5 })]
    [InlineData(new byte[] { 255, 255 })]
    public async Task EndSignal_WhenWrong_EndsTheConnection(byte[] signal)
    {
        await using var client = await OpenAsync();
        await _pair.Client.SayAsync(signal);
        Assert.Null(await EndedByServerAsync(client));
        Assert.Equal(WebSocketCloseStatus.ProtocolError, _pair.Client.CloseStatus);
    }

    [Fact]
    public async Task EndSignal_InAnOlderVersion_IsAnUnknownChannel()
    {
        await using var client = await OpenAsync("v4.channel.k8s.io");
        await _pair.Client.SayAsync([255, 0]);
        await _pair.Client.SayAsync(0, "on");
        Assert.Equal("on", await client.Streams.Stdin!.ReadTextAsync(2));
    }

    [Fact]
    public async Task UnknownChannels_WhenSpokenTo_AreDropped()
    {
        await using var client = await OpenAsync();
        foreach (var channel in new byte[] { 5, 77, 254, 1, 2, 3 })
        {
            await _pair.Client.SayAsync([channel, .. new byte[70_000]]);
        }

        await _pair.Client.SayAsync([]);
        await _pair.Client.SayAsync(0, "on");
        Assert.Equal("on", await client.Streams.Stdin!.ReadTextAsync(2));
    }

    [Fact]
    public async Task Message_WhenInFragments_HasItsChannelOnce()
    {
        await using var client = await OpenAsync();
        await _pair.Client.SayAsync([], isEnd: false);
        await _pair.Client.SayAsync([0], isEnd: false);
        await _pair.Client.SayAsync([], isEnd: false);
        await _pair.Client.SayAsync("\0\u0001"u8.ToArray(), isEnd: false);
        await _pair.Client.SayAsync([], isEnd: true);
        await _pair.Client.SayAsync([255], isEnd: false);
        await _pair.Client.SayAsync([0], isEnd: false);
        await _pair.Client.SayAsync([], isEnd: true);
        Assert.Equal([0, 1], await client.Streams.Stdin!.ReadToEndAsync());
    }

    [Fact]
    public async Task Client_WhenItFloodsAProcessThatDoesNotRead_IsStopped()
    {
        await using var client = await OpenAsync();
        var sent = 0;
        var message = new byte[1 + (8 * 1024 * 1024)];
        var flood = Task.Run(async () =>
        {
            for (; sent < 1024; sent++)
            {
                await _pair.Client.SendAsync(message.AsMemory(0, 1025), WebSocketMessageType.Binary, true, CancellationToken.None);
            }
        });
        await Task.Delay(300);
        var taken = Volatile.Read(ref sent);
        Assert.InRange(taken, 32, (SocketPair.WireBuffer + WebSocketLimits.Default.ChannelBuffer + (64 * 1024)) / 1024);
        await Task.Delay(100);
        Assert.Equal(taken, Volatile.Read(ref sent));
        var rest = new byte[1024 * 1024];
        await client.Streams.Stdin!.ReadExactlyAsync(rest).AsTask().WaitAsync(RawClient.Patience);
        await flood.WaitAsync(RawClient.Patience);

        // One message of 8 MiB passes through the same buffer.
        var large = _pair.Client.SendAsync(message, WebSocketMessageType.Binary, true, CancellationToken.None);
        await client.Streams.Stdin!.ReadExactlyAsync(new byte[message.Length - 1]).AsTask().WaitAsync(RawClient.Patience);
        await large.WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Goodbye_WhenInputStillWaits_ComesAfterIt()
    {
        await using var client = await OpenAsync(limits: WebSocketLimits.Default);
        await _pair.Client.SayAsync(0, "the last words");
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await Task.Delay(50);
        Assert.False(client.Streams.Gone.IsCancellationRequested);
        Assert.Equal("the last words", await client.Streams.Stdin!.ReadTextAsync(14));
        Assert.False(client.Streams.Gone.IsCancellationRequested);
        Assert.Empty(await client.Streams.Stdin!.ReadToEndAsync());
        // Resize waits too; then it is over.
        Assert.Empty(await client.Streams.Resize!.ReadToEndAsync());
        await client.Streams.Gone.FiresAsync();
        Assert.Null(client.Fault);
    }

    [Fact]
    public async Task Goodbye_WhenNobodyReadsTheInput_IsHeardAllTheSame()
    {
        await using var client = await OpenAsync();
        await _pair.Client.SayAsync(0, "x");
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await client.Streams.Gone.FiresAsync();
        Assert.IsType<TimeoutException>(client.Fault);
    }

    [Fact]
    public async Task Connection_WhenItBreaks_IsNoEndOfInput()
    {
        await using var client = await OpenAsync();
        await _pair.Client.SayAsync(0, "half of it");
        await _pair.Client.SayAsync([0, 1, 2, 3], isEnd: false);
        _pair.BreakUp();
        await client.Streams.Gone.FiresAsync();
        await Assert.ThrowsAsync<IOException>(() => client.Streams.Stdin!.ReadToEndAsync());
    }

    [Fact]
    public async Task Client_WhenItHangsUpInTheMiddleOfAMessage_IsGone()
    {
        await using var client = await OpenAsync(limits: WebSocketLimits.Default);
        await _pair.Client.SayAsync([0, 1, 2, 3], isEnd: false);
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal([1, 2, 3], await client.Streams.Stdin!.ReadToEndAsync());
        await client.Streams.Resize!.ReadToEndAsync();
        await client.Streams.Gone.FiresAsync();
    }

    [Fact]
    public async Task Reader_WhenItLeaves_LetsTheOtherChannelsGoOn()
    {
        await using var client = await OpenAsync();
        await client.Streams.Stdin!.DisposeAsync();
        await _pair.Client.SayAsync([0, .. new byte[1_000_000]]);
        await _pair.Client.SayAsync(4, "size");
        Assert.Equal("size", await client.Streams.Resize!.ReadTextAsync(4));
    }

    [Fact]
    public async Task Reader_WhenItWaitsAtTheEnd_IsLetGo()
    {
        var client = await OpenAsync();
        var reading = client.Streams.Stdin!.ReadToEndAsync();
        var copying = client.Streams.Resize!.ReadOneAsync();
        await Task.Delay(50);
        await client.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        Assert.Empty(await reading);
        Assert.Equal(0, await copying);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Streams.Stdin!.ReadOneAsync());
    }

    public void Dispose() => _pair.Dispose();

    private async Task<WebSocketClientStreams> OpenAsync(string protocol = "v5.channel.k8s.io", WebSocketLimits? limits = null)
    {
        var client = WebSocketClientStreams.Open(_pair.Server, protocol, true, true, true, tty: true, limits ?? Short);
        Assert.Equal([1], await _pair.Client.HearAsync());
        return client;
    }

    private async Task<byte[]?> EndedByServerAsync(WebSocketClientStreams client)
    {
        await client.Streams.Gone.FiresAsync();
        var closing = client.DisposeAsync().AsTask();
        var heard = await _pair.Client.HearAsync();
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await closing.WaitAsync(RawClient.Patience);
        return heard;
    }
}
