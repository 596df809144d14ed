using System.Net.WebSockets;
using System.Text;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>Clients that say anything in any order and in any pieces. The seed is in the test's name.</summary>
public sealed class RandomClientTests
{
    private static readonly WebSocketLimits Short = new() { Farewell = TimeSpan.FromMilliseconds(500) };

    public static TheoryData<string, int> Seeds
    {
        get
        {
            var seeds = new TheoryData<string, int>();
            foreach (var protocol in new[] { "channel.k8s.io", "v4.base64.channel.k8s.io", "v5.channel.k8s.io" })
            {
                for (var seed = 0; seed < 12; seed++)
                {
                    seeds.Add(protocol, seed);
                }
            }

            return seeds;
        }
    }

    /// <summary>Right messages in any fragments, among messages to channels that do not exist: each channel's bytes come whole and in order.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Input_WhenInRandomPieces_IsTheSame(string protocol, int seed)
    {
        using var pair = new SocketPair();
        var random = new Random(seed);
        await using var client = WebSocketClientStreams.Open(pair.Server, protocol, true, true, false, tty: true, Short);
        await pair.Client.HearAsync();
        using var stdin = new MemoryStream();
        using var resize = new MemoryStream();
        var reading = Task.WhenAll(client.Streams.Stdin!.ReadToEndAsync(), client.Streams.Resize!.ReadToEndAsync());
        for (var messages = 0; messages < 60; messages++)
        {
            var bytes = new byte[random.Next(4) == 0 ? random.Next(200_000) : random.Next(600)];
            random.NextBytes(bytes);
            byte channel = random.Next(4) switch { 0 => 4, 1 => (byte)random.Next(5, 10), _ => 0 };
            (channel == 0 ? stdin : channel == 4 ? resize : Stream.Null).Write(bytes);
            await SayInPiecesAsync(pair.Client, Encode(protocol, channel, bytes), random);
        }

        await pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        var heard = await reading;
        Assert.Equal(stdin.ToArray(), heard[0]);
        Assert.Equal(resize.ToArray(), heard[1]);
        await client.Streams.Gone.FiresAsync();
        Assert.Null(client.Fault);
    }

    /// <summary>Random messages: taken, dropped or refused, and everything ends.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Input_WhenRandom_EndsTheConnectionAtTheWorst(string protocol, int seed)
    {
        using var pair = new SocketPair();
        var random = new Random(1000 + seed);
        var client = WebSocketClientStreams.Open(pair.Server, protocol, true, true, true, tty: true, Short);
        var reading = Task.WhenAll(client.Streams.Stdin!.CopyToAsync(Stream.Null), client.Streams.Resize!.CopyToAsync(Stream.Null));
        var hearing = Task.Run(async () =>
        {
            while (await pair.Client.HearAsync() is not null)
            {
            }
        });
        var leaving = Task.Run(async () =>
        {
            await Task.WhenAny(Task.Delay(Timeout.Infinite, client.Streams.Gone));
            await client.DisposeAsync();
        });
        try
        {
            for (var messages = 0; messages < 200 && !client.Streams.Gone.IsCancellationRequested; messages++)
            {
                var bytes = new byte[random.Next(9) == 0 ? random.Next(100_000) : random.Next(12)];
                random.NextBytes(bytes);
                if (bytes.Length > 0 && random.Next(4) == 0)
                {
                    bytes[0] = 255;
                }

                await pair.Client.SayAsync(bytes, isEnd: random.Next(3) > 0);
                await client.Streams.Stdout!.WriteAsync(bytes);
            }
        }
        catch (Exception exception) when (exception is IOException or WebSocketException or InvalidOperationException)
        {
            // The server has refused something.
        }

        if (random.Next(2) == 0)
        {
            pair.BreakUp();
        }

        await client.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        await Task.WhenAny(reading).WaitAsync(RawClient.Patience);
        await Task.WhenAny(hearing).WaitAsync(RawClient.Patience);
        Assert.True(client.Streams.Gone.IsCancellationRequested);
        await leaving.WaitAsync(RawClient.Patience);
    }

    /// <summary>Random bytes below the messages: what no WebSocket client says.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Wire_WhenRandom_EndsTheConnection(int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[100_000];
        random.NextBytes(bytes);
        using var wire = new RandomWire(bytes);
        using var socket = WebSocket.CreateFromStream(wire, new WebSocketCreationOptions { IsServer = true });
        var client = WebSocketClientStreams.Open(socket, "v5.channel.k8s.io", true, true, true, tty: true, Short);
        var reading = Task.WhenAll(client.Streams.Stdin!.CopyToAsync(Stream.Null), client.Streams.Resize!.CopyToAsync(Stream.Null));
        await client.Streams.Gone.FiresAsync();
        await client.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        await Task.WhenAny(reading).WaitAsync(RawClient.Patience);
        Assert.NotNull(client.Fault);
    }

    private static byte[] Encode(string protocol, byte channel, byte[] bytes) => protocol.Contains("base64", StringComparison.Ordinal)
        ? [(byte)('0' + channel), .. Encoding.ASCII.GetBytes(Convert.ToBase64String(bytes, bytes.Length % 2 == 0 ? Base64FormattingOptions.InsertLineBreaks : Base64FormattingOptions.None))]
        : [channel, .. bytes];

    private static async Task SayInPiecesAsync(WebSocket socket, byte[] message, Random random)
    {
        var pieces = random.Next(1, 6);
        var at = 0;
        for (var piece = 1; piece < pieces; piece++)
        {
            var size = random.Next(0, message.Length - at + 1);
            await socket.SayAsync(message[at..(at + size)], isEnd: false);
            at += size;
        }

        await socket.SayAsync(message[at..]);
    }

    private sealed class RandomWire(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
