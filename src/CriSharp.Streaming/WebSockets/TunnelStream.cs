using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// The bytes in a WebSocket's binary messages as one stream: what SPDY is tunnelled in. The borders of messages mean nothing. One reader and one
/// writer at a time, both asynchronous. The other side's goodbye is the end; a broken connection and a text message are an IOException.
/// </summary>
internal sealed class TunnelStream(WebSocket socket, WebSocketLimits limits) : AsyncStream
{
    // The goodbye's answer is read by whoever reads at that time: a reader that still waits, or else the disposal.
    private readonly SemaphoreSlim _turnToRead = new(1, 1);
    // Cancel when: the goodbye took too long.
    private readonly CancellationTokenSource _ended = new();
    private Task? _closing;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <param name="cancellationToken">Ends the connection with the read.</param>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turnToRead.WaitAsync(cancellationToken);
        using var both = cancellationToken.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token) : null;
        try
        {
            return await ReceiveAsync(buffer, both?.Token ?? _ended.Token);
        }
        catch (Exception exception) when (IsEndOfConnection(exception, cancellationToken))
        {
            throw new IOException("the connection is gone", exception);
        }
        finally
        {
            _turnToRead.Release();
        }
    }

    /// <param name="cancellationToken">Ends the connection with the write.</param>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0)
        {
            return;
        }

        try
        {
            await socket.SendAsync(buffer, WebSocketMessageType.Binary, endOfMessage: true, cancellationToken);
        }
        catch (Exception exception) when (IsEndOfConnection(exception, cancellationToken))
        {
            throw new IOException("the connection is gone", exception);
        }
    }

    /// <summary>Says goodbye, and waits for the other side's; what else still comes is for a reader that waits already, or is dropped.</summary>
    public override async ValueTask DisposeAsync()
    {
        await (_closing ??= SayGoodbyeAsync());
        await base.DisposeAsync();
    }

    private async Task<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (socket.State is WebSocketState.Open or WebSocketState.CloseSent)
        {
            var result = await socket.ReceiveAsync(buffer, cancellationToken);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return 0;
            }

            if (result.MessageType == WebSocketMessageType.Text)
            {
                throw new IOException("a tunnel's messages are binary");
            }

            // A read of no bytes asks whether there are any.
            if (result.Count > 0 || buffer.Length == 0)
            {
                return result.Count;
            }
        }

        return socket.State is WebSocketState.CloseReceived or WebSocketState.Closed ? 0 : throw new IOException("the connection is gone");
    }

    private async Task SayGoodbyeAsync()
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                // It waits behind all that was written, for a client that may read slowly.
                using var idle = new CancellationTokenSource(limits.Idle, limits.Time);
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, idle.Token);
            }

            using var farewell = new CancellationTokenSource(limits.Farewell, limits.Time);
            await AwaitGoodbyeAsync(farewell.Token);
        }
        catch (Exception exception) when (exception is IOException || IsEndOfConnection(exception, CancellationToken.None))
        {
            // It has gone, or did not answer in time: it need not be told.
        }
        finally
        {
            await _ended.CancelAsync();
            socket.Dispose();
        }
    }

    private async Task AwaitGoodbyeAsync(CancellationToken cancellationToken)
    {
        await _turnToRead.WaitAsync(cancellationToken);
        try
        {
            var scratch = new byte[4096];
            while (socket.State == WebSocketState.CloseSent)
            {
                await socket.ReceiveAsync(scratch.AsMemory(), cancellationToken);
            }
        }
        finally
        {
            _turnToRead.Release();
        }
    }

    private static bool IsEndOfConnection(Exception exception, CancellationToken callers) => exception switch
    {
        OperationCanceledException => !callers.IsCancellationRequested,
        IOException => false,
        WebSocketException or InvalidOperationException => true,
        _ => false,
    };
}
