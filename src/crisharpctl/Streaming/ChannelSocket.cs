using System.Net.WebSockets;
using CriSharp.Primitives;
using CriSharp.Streaming.WebSockets;

namespace CriSharp.Ctl.Streaming;

/// <summary>One connection to a runtime's streaming server, whose messages begin with their channel.</summary>
internal sealed class ChannelSocket : IDisposable
{
    private const int MessageBytes = 32 * 1024;
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(30);

    private readonly ClientWebSocket _socket;
    private readonly SemaphoreSlim _turn = new(1, 1);

    private ChannelSocket(ClientWebSocket socket) => _socket = socket;

    /// <summary>The end of one channel can be told.</summary>
    public bool HasCloseSignal => _socket.SubProtocol == WebSocketProtocols.Version5;

    /// <param name="url">As the runtime gave it.</param>
    /// <param name="protocols">In the order of preference.</param>
    /// <exception cref="RuntimeException">Unavailable: nobody answers there, or not by WebSocket.</exception>
    public static async Task<ChannelSocket> ConnectAsync(string url, IReadOnlyList<string> protocols, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols)
        {
            socket.Options.AddSubProtocol(protocol);
        }

        // The runtime is on this machine, and told its address by its own socket: no proxy leads there, and its certificate is its own.
        socket.Options.Proxy = null;
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectLimit);
        try
        {
            await socket.ConnectAsync(WebSocketUrl(url), limit.Token);
            return new ChannelSocket(socket);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested && failure is WebSocketException or OperationCanceledException or FormatException)
        {
            socket.Dispose();
            throw new RuntimeException(ErrorKind.Unavailable, $"the runtime's streaming server can't be had: {failure.Message}", failure);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var message = new byte[bytes.Length + 1];
        message[0] = channel;
        bytes.CopyTo(message.AsMemory(1));
        await InTurnAsync(() => _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken), cancellationToken);
    }

    /// <summary>A goodbye: what has come by then is still used, and the other side may go on.</summary>
    /// <exception cref="IOException">The connection is gone.</exception>
    public Task EndWritesAsync(CancellationToken cancellationToken) => InTurnAsync(
        () => _socket.State is WebSocketState.Open or WebSocketState.CloseReceived
            ? _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", cancellationToken)
            : Task.CompletedTask,
        cancellationToken);

    /// <summary>Hands on what comes, piece by piece, until the other side says goodbye.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task ReceiveAsync(Func<byte, ReadOnlyMemory<byte>, Task> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[MessageBytes];
        byte? channel = null;
        while (true)
        {
            ValueWebSocketReceiveResult piece;
            try
            {
                piece = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            }
            catch (WebSocketException broken)
            {
                throw new IOException($"the connection to the runtime broke: {broken.Message}", broken);
            }

            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            var bytes = buffer.AsMemory(0, piece.Count);
            if (channel is null && bytes.Length > 0)
            {
                channel = bytes.Span[0];
                bytes = bytes[1..];
            }

            if (channel is { } known && bytes.Length > 0)
            {
                await take(known, bytes);
            }

            channel = piece.EndOfMessage ? null : channel;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _turn.Dispose();
    }

    private static Uri WebSocketUrl(string url)
    {
        var address = new UriBuilder(url);
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        return address.Uri;
    }

    private async Task InTurnAsync(Func<Task> send, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await send();
        }
        catch (Exception failure) when (failure is WebSocketException or InvalidOperationException)
        {
            throw new IOException($"the connection to the runtime broke: {failure.Message}", failure);
        }
        finally
        {
            _turn.Release();
        }
    }
}
