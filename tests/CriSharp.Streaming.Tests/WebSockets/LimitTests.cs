using System.Net.WebSockets;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>Clients that are slow, silent, or never say goodbye.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly SocketPair _pair = new();
    private readonly CancellationTokenSource _lost = new();

    [Fact]
    public async Task Client_WhenItReadsNothing_IsLetGoAfterTheIdleTime()
    {
        await using var client = Open(new() { Idle = TimeSpan.FromMilliseconds(300) });
        await Assert.ThrowsAsync<IOException>(() => client.Streams.Stdout!.WriteAsync(new byte[1024 * 1024]).AsTask().WaitAsync(RawClient.Patience));
        await client.Streams.Gone.FiresAsync();
        await Assert.ThrowsAsync<IOException>(() => client.Streams.Stdin!.ReadToEndAsync());
    }

    [Fact]
    public async Task Client_WhenItIsSilent_IsLetGoAfterTheIdleTime()
    {
        await using var client = Open(new() { Idle = TimeSpan.FromMilliseconds(300) });
        Assert.NotNull(await _pair.Client.HearAsync());
        await client.Streams.Gone.FiresAsync();
        Assert.NotNull(client.Fault);
    }

    [Fact]
    public async Task Client_WhenItIsSlow_HasAllTheTimeItNeeds()
    {
        await using var client = Open(new() { Idle = TimeSpan.FromSeconds(2), Farewell = TimeSpan.FromSeconds(2) });
        var sent = new byte[512 * 1024];
        new Random(2).NextBytes(sent);
        var writing = Task.Run(async () =>
        {
            await client.Streams.Stdout!.WriteAsync(sent);
            await client.Streams.Error.WriteAsync("status"u8.ToArray());
            await client.DisposeAsync();
        });
        using var heard = new MemoryStream();
        await _pair.Client.HearAsync();
        while (heard.Length < sent.Length)
        {
            await Task.Delay(500);
            heard.Write((await _pair.Client.HearAsync()).AsSpan(1));
        }

        Assert.Equal(sent, heard.ToArray());
        Assert.Equal("status", await _pair.Client.HearTextAsync(3));
        Assert.Null(await _pair.Client.HearAsync());
        await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await writing.WaitAsync(RawClient.Patience);
        Assert.Null(client.Fault);
    }

    [Fact]
    public async Task Goodbye_WhenItIsNotAnswered_IsWaitedForNoLongerThanTheFarewell()
    {
        var client = Open(new() { Farewell = TimeSpan.FromMilliseconds(200) });
        await client.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        Assert.True(client.Streams.Gone.IsCancellationRequested);
        Assert.NotEqual(WebSocketState.Open, _pair.Server.State);
    }

    [Fact]
    public async Task Goodbye_WhenTheClientStillTalks_IsNotHeldUp()
    {
        var client = Open(new() { Farewell = TimeSpan.FromSeconds(60) });
        var flood = Task.Run(async () =>
        {
            for (var messages = 0; messages < 200; messages++)
            {
                await _pair.Client.SayAsync(new byte[10_000]);
            }

            await _pair.Client.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        });
        await Task.Delay(50);
        await client.DisposeAsync().AsTask().WaitAsync(RawClient.Patience);
        await flood;
        Assert.Null(client.Fault);
    }

    [Fact]
    public async Task Server_WhenItLearnsThatTheClientIsGone_FreesTheSessionThoughNobodyReadsItsInput()
    {
        await using var client = Open(new() { Farewell = TimeSpan.FromMilliseconds(200) });
        var flood = Task.Run(() => _pair.Client.SayAsync(new byte[1024 * 1024]));
        await Task.Delay(100);
        Assert.False(client.Streams.Gone.IsCancellationRequested);
        await _lost.CancelAsync();
        await client.Streams.Gone.FiresAsync();
        Assert.False(flood.IsCompleted);
    }

    [Fact]
    public async Task Client_WhenRefusedWhileItDoesNotRead_HoldsUpNoWrite()
    {
        await using var client = Open(new() { Farewell = TimeSpan.FromMilliseconds(200) });
        var writing = client.Streams.Stdout!.WriteAsync(new byte[1024 * 1024]).AsTask();
        await _pair.Client.SayAsync([255, 99]);
        await client.Streams.Gone.FiresAsync();
        await Assert.ThrowsAsync<IOException>(() => writing.WaitAsync(RawClient.Patience));
    }

    [Fact]
    public async Task Disposal_WhenRepeatedOrConcurrent_IsOne()
    {
        var client = Open(new() { Farewell = TimeSpan.FromMilliseconds(200) });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => client.DisposeAsync().AsTask()))).WaitAsync(RawClient.Patience);
        await client.DisposeAsync();
        Assert.NotNull(await _pair.Client.HearAsync());
        Assert.Null(await _pair.Client.HearAsync());
    }

    public void Dispose()
    {
        _pair.Dispose();
        _lost.Dispose();
    }

    private WebSocketClientStreams Open(WebSocketLimits limits) =>
        WebSocketClientStreams.Open(_pair.Server, "v5.channel.k8s.io", true, true, false, false, limits, _lost.Token);
}
