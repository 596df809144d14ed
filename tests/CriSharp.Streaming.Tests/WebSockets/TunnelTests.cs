using System.Net.WebSockets;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

public sealed class TunnelTests : IDisposable
{
    private readonly SocketPair _pair = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bytes_WhenSentBothWays_AreTheSameWhateverTheMessages(int seed)
    {
        var random = new Random(seed);
        await using var server = WebSocketTunnel.Open(_pair.Server, new() { Farewell = TimeSpan.FromSeconds(2) });
        var (up, down) = (new byte[700_001], new byte[800_003]);
        random.NextBytes(up);
        random.NextBytes(down);
        var talking = Task.Run(async () =>
        {
            for (var at = 0; at < up.Length;)
            {
                var size = Math.Min(random.Next(0, 90_000), up.Length - at);
                await _pair.Client.SendAsync(up.AsMemory(at, size), WebSocketMessageType.Binary, size % 3 != 0, CancellationToken.None);
                at += size;
            }

            await _pair.Client.SendAsync(Array.Empty<byte>().AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        });
        var writing = Task.Run(async () =>
        {
            await server.WriteAsync(down.AsMemory(0, 9));
            await server.WriteAsync(default);
            await server.WriteAsync(down.AsMemory(9));
        });
        var reading = Task.Run(async () =>
        {
            var read = new byte[up.Length];
            await server.ReadExactlyAsync(read);
            return read;
        });
        using var heard = new MemoryStream();
        while (heard.Length < down.Length)
        {
            heard.Write(await _pair.Client.HearAsync());
        }

        Assert.Equal(up, await reading.WaitAsync(RawClient.Patience));
        Assert.Equal(down, heard.ToArray());
        await Task.WhenAll(talking, writing).WaitAsync(RawClient.Patience);
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(0, await server.ReadOneAsync());
        Assert.Equal(0, await server.ReadOneAsync());
    }

    [Fact]
    public async Task Text_WhenSent_IsRefused()
    {
        var server = WebSocketTunnel.Open(_pair.Server, new() { Farewell = TimeSpan.FromMilliseconds(200) });
        await _pair.Client.SayAsync("text"u8.ToArray(), WebSocketMessageType.Text);
        await Assert.ThrowsAsync<IOException>(() => server.ReadOneAsync());
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Connection_WhenItBreaks_FailsReadsAndWrites()
    {
        await using var server = WebSocketTunnel.Open(_pair.Server, new() { Farewell = TimeSpan.FromSeconds(2) });
        _pair.BreakUp();
        await Assert.ThrowsAsync<IOException>(() => server.ReadOneAsync());
        await Assert.ThrowsAsync<IOException>(() => server.ReadOneAsync());
        await Assert.ThrowsAsync<IOException>(async () => await server.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task Reader_WhenItWaitsAtTheGoodbye_EndsWithTheClients()
    {
        var server = WebSocketTunnel.Open(_pair.Server);
        var reading = server.ReadOneAsync();
        var closing = server.DisposeAsync().AsTask();
        Assert.Null(await _pair.Client.HearAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, _pair.Client.CloseStatus);
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        Assert.Equal(0, await reading.WaitAsync(RawClient.Patience));
        await closing.WaitAsync(RawClient.Patience);
    }

    [Fact]
    public async Task Reader_WhenTheGoodbyeIsNotAnswered_FailsAfterTheFarewell()
    {
        var server = WebSocketTunnel.Open(_pair.Server, new() { Farewell = TimeSpan.FromMilliseconds(200) });
        var reading = server.ReadOneAsync();
        await server.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        await Assert.ThrowsAsync<IOException>(() => reading.WaitAsync(RawClient.Patience));
    }

    [Fact]
    public async Task Read_WhenCancelled_SaysSo()
    {
        var server = WebSocketTunnel.Open(_pair.Server, new() { Farewell = TimeSpan.FromMilliseconds(200) });
        using var cancellation = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.ReadOneAsync(cancellation.Token));
        await server.DisposeAsync();
    }

    public void Dispose() => _pair.Dispose();
}
