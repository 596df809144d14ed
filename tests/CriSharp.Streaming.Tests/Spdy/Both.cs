using CriSharp.Streaming.Spdy;

namespace CriSharp.Streaming.Tests.Spdy;

/// <summary>A client and a server of ours.</summary>
internal sealed class Both : IAsyncDisposable
{
    public Both(SpdyOptions? options = null)
    {
        var (left, right) = Wire.Pair();
        Client = SpdyConnection.Client(left, options);
        Server = SpdyConnection.Server(right, options);
    }

    public SpdyConnection Client { get; }

    public SpdyConnection Server { get; }

    /// <summary>A stream from both sides.</summary>
    public async Task<(SpdyStream Near, SpdyStream Far)> OpenAsync(Dictionary<string, string>? headers = null)
    {
        var opening = Client.OpenAsync(headers ?? [], default);
        var far = (await Server.AcceptAsync(default))!;
        far.Reply();
        return (await opening.WaitAsync(TimeSpan.FromSeconds(20)), far);
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Server.DisposeAsync();
    }
}
