using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// The other side of <see cref="WebSocketClientStreams"/> in version 5: what a client of exec or attach has. Streams that are not read stop the others.
/// Disposing of it is the client's departure.
/// </summary>
public sealed class WebSocketProcessClient : IAsyncDisposable
{
    private readonly ChannelConnection _connection;

    private WebSocketProcessClient(WebSocket socket, WebSocketLimits limits)
    {
        var inputs = new ChannelInput?[WebSocketClientStreams.ChannelCount];
        Stdout = inputs[WebSocketClientStreams.StdoutChannel] = new ChannelInput(limits.ChannelBuffer);
        Stderr = inputs[WebSocketClientStreams.StderrChannel] = new ChannelInput(limits.ChannelBuffer);
        Error = inputs[WebSocketClientStreams.ErrorChannel] = new ChannelInput(limits.ChannelBuffer);
        var protocol = ChannelProtocol.Of(WebSocketProtocols.Version5);
        var connection = new ChannelConnection(socket, protocol, inputs, [], limits, CancellationToken.None);
        _connection = connection;
        Stdin = new ChannelOutput(connection, WebSocketClientStreams.StdinChannel, () => connection.SendAsync(
            ChannelProtocol.CloseSignal, new[] { WebSocketClientStreams.StdinChannel }, CancellationToken.None));
        Resize = new ChannelOutput(connection, WebSocketClientStreams.ResizeChannel);
    }

    /// <summary>To write; disposing of it ends the process's input.</summary>
    public Stream Stdin { get; }

    /// <summary>To read, to its end, which is the session's.</summary>
    public Stream Stdout { get; }

    public Stream Stderr { get; }

    /// <summary>To read: a metav1.Status, at the session's end.</summary>
    public Stream Error { get; }

    /// <summary>To write: JSON objects <c>{"Width":80,"Height":24}</c>.</summary>
    public Stream Resize { get; }

    /// <summary>Fires when the server has gone.</summary>
    public CancellationToken Gone => _connection.Gone;

    /// <param name="address">As a runtime gives it: http, https, ws or wss.</param>
    /// <exception cref="WebSocketException">No connection, or the server refused it.</exception>
    public static async Task<WebSocketProcessClient> ConnectAsync(
        Uri address, HttpMessageInvoker? invoker = null, WebSocketLimits? limits = null, CancellationToken cancellationToken = default)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(WebSocketProtocols.Version5);
            await socket.ConnectAsync(AsWebSocket(address), invoker, cancellationToken);
            return new WebSocketProcessClient(socket, limits ?? WebSocketLimits.Default);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static Uri AsWebSocket(Uri address) => address.Scheme switch
    {
        "http" => new UriBuilder(address) { Scheme = "ws" }.Uri,
        "https" => new UriBuilder(address) { Scheme = "wss" }.Uri,
        _ => address,
    };
}
