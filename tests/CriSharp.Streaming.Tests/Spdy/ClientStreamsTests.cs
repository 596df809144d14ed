using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

public sealed class ClientStreamsTests
{
    [Theory]
    [InlineData("v4.channel.k8s.io", true, "error stdin stdout resize")]
    [InlineData("v3.channel.k8s.io", true, "error stdin stdout resize")]
    [InlineData("v2.channel.k8s.io", true, "error stdin stdout")]
    [InlineData("channel.k8s.io", true, "error stdin stdout")]
    [InlineData("v4.channel.k8s.io", false, "error stdin stdout stderr")]
    public async Task Streams_OfAProtocol_AreExactlyThese(string protocol, bool tty, string types)
    {
        await using var both = new Both();
        var accepting = AcceptAsync(both, protocol, stderr: true, tty);
        foreach (var type in types.Split(' '))
        {
            Assert.False(accepting.IsCompleted);
            await OpenAsync(both, type);
        }

        var streams = await accepting.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(types.Contains("stderr"), streams.Stderr is not null);
        Assert.Equal(types.Contains("resize"), streams.Resize is not null);
        Assert.True(streams is { Stdin: not null, Stdout: not null });
        Assert.Equal(protocol == "v4.channel.k8s.io", streams.HasStatus);
        await Assert.ThrowsAsync<SpdyException>(() => OpenAsync(both, "stdin"));
    }

    [Fact]
    public async Task Streams_ThatDoNotBelong_AreRefusedAndTheOthersTaken()
    {
        await using var both = new Both();
        var accepting = AcceptAsync(both, "v4.channel.k8s.io", stderr: false, tty: false);
        await OpenAsync(both, "error");
        foreach (var type in new[] { "error", "stderr", "resize", "", "data" })
        {
            await Assert.ThrowsAsync<SpdyException>(() => OpenAsync(both, type));
        }

        await OpenAsync(both, "stdout");
        await OpenAsync(both, "stdin");
        await accepting.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Streams_WhenOneDoesNotCome_AreGivenUp()
    {
        await using var both = new Both(new() { StreamTimeout = TimeSpan.FromMilliseconds(200) });
        var accepting = AcceptAsync(both, "v4.channel.k8s.io", stderr: false, tty: false);
        await OpenAsync(both, "error");
        await Assert.ThrowsAsync<SpdyException>(() => accepting.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Accept_WhenCancelledOrTheClientHasGone_Ends()
    {
        await using var both = new Both();
        using var cancellation = new CancellationTokenSource();
        var cancelled = SpdyClientStreams.AcceptAsync(both.Server, "v4.channel.k8s.io", true, true, false, false, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var gone = AcceptAsync(both, "v4.channel.k8s.io", stderr: false, tty: false);
        await both.Client.DisposeAsync();
        await Assert.ThrowsAsync<SpdyException>(() => gone.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Stdin_OfTheFirstVersion_IsHalfClosedAtOnceAndOfLaterOnesAtTheEnd()
    {
        await using var first = new Both();
        var accepting = AcceptAsync(first, "channel.k8s.io", stderr: false, tty: false);
        var stdin = await OpenAllAsync(first);
        await accepting;
        Assert.Equal(0, await stdin.ReadAsync(new byte[1]).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

        await using var later = new Both();
        accepting = AcceptAsync(later, "v2.channel.k8s.io", stderr: false, tty: false);
        stdin = await OpenAllAsync(later);
        var reading = stdin.ReadAsync(new byte[1]).AsTask();
        var streams = await accepting;
        await Task.Delay(100);
        Assert.False(reading.IsCompleted);
        await streams.Stdin!.DisposeAsync();
        Assert.Equal(0, await reading.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private static Task<ClientStreams> AcceptAsync(Both both, string protocol, bool stderr, bool tty) =>
        SpdyClientStreams.AcceptAsync(both.Server, protocol, true, true, stderr, tty, default);

    private static Task<SpdyStream> OpenAsync(Both both, string type) =>
        both.Client.OpenAsync(new Dictionary<string, string> { ["streamtype"] = type }, default).WaitAsync(TimeSpan.FromSeconds(20));

    private static async Task<SpdyStream> OpenAllAsync(Both both)
    {
        await OpenAsync(both, "error");
        await OpenAsync(both, "stdout");
        return await OpenAsync(both, "stdin");
    }
}
