using System.Net.WebSockets;
using System.Text;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

public sealed class ClientStreamsTests : IDisposable
{
    private readonly SocketPair _pair = new();

    [Theory]
    [InlineData(true, true, 1)]
    [InlineData(false, true, 2)]
    [InlineData(false, false, 3)]
    public async Task Connection_WhenOpened_BeginsWithAnEmptyMessage(bool stdout, bool stderr, byte channel)
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "v4.channel.k8s.io", true, stdout, stderr, false);
        Assert.Equal(new[] { channel }, await _pair.Client.HearAsync());
        Assert.Equal((stdout, stderr), (client.Streams.Stdout is not null, client.Streams.Stderr is not null));
        await GoAsync(client);
    }

    [Fact]
    public async Task Base64Connection_WhenOpened_BeginsWithADigit()
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "base64.channel.k8s.io", true, true, true, false);
        Assert.Equal("1"u8.ToArray(), await _pair.Client.HearAsync());
        await GoAsync(client);
    }

    [Fact]
    public async Task Streams_WhenNotAskedFor_AreAbsent()
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "", false, true, false, false);
        Assert.Null(client.Streams.Stdin);
        Assert.Null(client.Streams.Stderr);
        Assert.Null(client.Streams.Resize);
        Assert.False(client.Streams.HasStatus);
        await _pair.Client.HearAsync();
        await _pair.Client.SayAsync(0, "dropped");
        await _pair.Client.SayAsync(4, "dropped");
        await GoAsync(client);
        Assert.Null(client.Fault);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("channel.k8s.io", false)]
    [InlineData("v4.channel.k8s.io", true)]
    [InlineData("v5.channel.k8s.io", true)]
    public async Task Bytes_WhenSentEitherWay_KeepTheirChannel(string protocol, bool hasStatus)
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, protocol, true, true, true, true);
        var streams = client.Streams;
        Assert.Equal(hasStatus, streams.HasStatus);
        await _pair.Client.HearAsync();
        await _pair.Client.SayAsync(0, "typed");
        await _pair.Client.SayAsync(4, "{\"Width\":1}");
        // Text is taken, as with the peers.
        await _pair.Client.SayAsync("\0more"u8.ToArray(), WebSocketMessageType.Text);
        Assert.Equal("typedmore", await streams.Stdin!.ReadTextAsync(9));
        Assert.Equal("{\"Width\":1}", await streams.Resize!.ReadTextAsync(11));
        await streams.Stdout!.WriteAsync("out"u8.ToArray());
        await streams.Stderr!.WriteAsync("err"u8.ToArray());
        await streams.Error.WriteAsync("end"u8.ToArray());
        Assert.Equal("out", await _pair.Client.HearTextAsync(1));
        Assert.Equal("err", await _pair.Client.HearTextAsync(2));
        Assert.Equal("end", await _pair.Client.HearTextAsync(3));
        await GoAsync(client);
        Assert.Null(client.Fault);
    }

    [Theory]
    [InlineData("base64.channel.k8s.io")]
    [InlineData("v4.base64.channel.k8s.io")]
    public async Task Base64_WhenSentEitherWay_IsEachMessagesOwn(string protocol)
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, protocol, true, true, false, false);
        await _pair.Client.HearAsync();
        foreach (var message in new[] { "0Zm9vCg==", "0", "0Zg==", "0Zm9v\r\nZm9v\n" })
        {
            await _pair.Client.SayAsync(Encoding.ASCII.GetBytes(message), WebSocketMessageType.Text);
        }

        Assert.Equal("foo\nffoofoo", await client.Streams.Stdin!.ReadTextAsync(11));
        await client.Streams.Stdout!.WriteAsync("\n"u8.ToArray());
        var buffer = new byte[16];
        var result = await _pair.Client.ReceiveAsync(buffer, CancellationToken.None);
        Assert.Equal((WebSocketMessageType.Text, true, "1Cg=="), (result.MessageType, result.EndOfMessage, Encoding.ASCII.GetString(buffer, 0, result.Count)));
        await GoAsync(client);
    }

    [Theory]
    [InlineData("0Zg")]
    [InlineData("0Zg==Zg==")]
    [InlineData("0????")]
    [InlineData("0Z")]
    public async Task Base64_WhenItIsNone_EndsTheConnection(string message)
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "v4.base64.channel.k8s.io", true, true, false, false);
        await _pair.Client.HearAsync();
        await _pair.Client.SayAsync(Encoding.ASCII.GetBytes(message), WebSocketMessageType.Text);
        await client.Streams.Gone.FiresAsync();
        await Assert.ThrowsAsync<IOException>(() => client.Streams.Stdin!.ReadToEndAsync());
        await GoAsync(client, WebSocketCloseStatus.InvalidPayloadData);
    }

    [Fact]
    public async Task Output_WhenOverTheSizeOfAMessage_IsSplitAndWhole()
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "v4.base64.channel.k8s.io", false, true, false, false);
        var sent = new byte[1_000_003];
        new Random(1).NextBytes(sent);
        var writing = client.Streams.Stdout!.WriteAsync(sent).AsTask();
        using var heard = new MemoryStream();
        while (heard.Length < sent.Length)
        {
            var message = (await _pair.Client.HearAsync())!;
            Assert.InRange(message.Length, 1, 64 * 1024);
            Assert.Equal((byte)'1', message[0]);
            heard.Write(Convert.FromBase64String(Encoding.ASCII.GetString(message, 1, message.Length - 1)));
        }

        await writing;
        Assert.Equal(sent, heard.ToArray());
        await GoAsync(client);
    }

    [Fact]
    public async Task Writers_WhenThereAreSeveral_DoNotMixTheirMessages()
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "v5.channel.k8s.io", false, true, true, false);
        await _pair.Client.HearAsync();
        var writing = Task.WhenAll(new[] { client.Streams.Stdout!, client.Streams.Stderr!, client.Streams.Error }.Select((stream, index) => Task.Run(async () =>
        {
            for (var round = 0; round < 500; round++)
            {
                await stream.WriteAsync(Enumerable.Repeat((byte)(index + 1), 1 + (round * 7 % 900)).ToArray());
            }
        })));
        for (var messages = 0; messages < 1500; messages++)
        {
            Assert.Single((await _pair.Client.HearAsync())!.Distinct());
        }

        await writing;
        await GoAsync(client);
    }

    [Fact]
    public async Task Writes_WhenTheClientIsGone_FailWithIOException()
    {
        await using var client = WebSocketClientStreams.Open(_pair.Server, "v5.channel.k8s.io", true, true, true, false);
        await _pair.Client.HearAsync();
        _pair.BreakUp();
        await client.Streams.Gone.FiresAsync();
        await Assert.ThrowsAsync<IOException>(async () => await client.Streams.Stdout!.WriteAsync(new byte[1]));
        await Assert.ThrowsAsync<IOException>(async () => await client.Streams.Error.WriteAsync(new byte[1]));
        Assert.NotNull(client.Fault);
    }

    public void Dispose() => _pair.Dispose();

    /// <summary>The server ends it; the client hears how, and answers.</summary>
    private async Task GoAsync(WebSocketClientStreams client, WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure)
    {
        var closing = client.DisposeAsync().AsTask();
        Assert.Null(await _pair.Client.HearAsync());
        Assert.Equal(status, _pair.Client.CloseStatus);
        Assert.False(closing.IsCompleted);
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await closing.WaitAsync(RawClient.Patience);
        Assert.True(client.Streams.Gone.IsCancellationRequested);
    }
}
