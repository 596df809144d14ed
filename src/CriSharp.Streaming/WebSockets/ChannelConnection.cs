using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// Channels over one WebSocket: those that are read have bounded buffers, writes take turns. Either side of a connection can be so held.
/// </summary>
internal sealed class ChannelConnection : IAsyncDisposable
{
    /// <summary>Bytes of one message at most, its channel included; a reader's memory is its own concern, but a short message is handed on sooner.</summary>
    private const int MessageSize = 64 * 1024;

    private readonly WebSocket _socket;
    private readonly ChannelProtocol _protocol;
    private readonly IReadOnlyList<ChannelInput?> _inputs;
    private readonly WebSocketLimits _limits;
    // Nobody's turn before the greetings are out.
    private readonly SemaphoreSlim _turn = new(0, 1);
    private readonly CancellationTokenSource _gone = new();
    // Ends all reads and writes. Cancel when: nothing moved for too long; the connection was lost and nobody noticed; the farewell took too long.
    private readonly CancellationTokenSource _ended;
    private readonly CancellationTokenRegistration _lost;
    private readonly ITimer _idle;
    private readonly Task _receiving;
    private Task? _closing;

    /// <param name="greetings">Sent before anything else.</param>
    /// <param name="lost">The server stops, or has learnt that the client is gone: what has come is read, and then, or when the farewell's time is over, it ends.</param>
    public ChannelConnection(
        WebSocket socket, ChannelProtocol protocol, IReadOnlyList<ChannelInput?> inputs, IReadOnlyList<Greeting> greetings, WebSocketLimits limits, CancellationToken lost)
    {
        _socket = socket;
        _protocol = protocol;
        _inputs = inputs;
        _limits = limits;
        _ended = new CancellationTokenSource(Timeout.InfiniteTimeSpan, limits.Time);
        _idle = limits.Time.CreateTimer(_ => _ended.Cancel(), null, limits.Idle, Timeout.InfiniteTimeSpan);
        _receiving = Task.Run(() => ReceiveAsync(greetings), CancellationToken.None);
        _lost = lost.UnsafeRegister(_ => _ended.CancelAfter(limits.Farewell), null);
    }

    /// <summary>Fires when the client is gone, or has said what no client may say; after an orderly goodbye, once what came before it has been read.</summary>
    public CancellationToken Gone => _gone.Token;

    /// <summary>Ends with the reading, which may outlast the disposal until the server has closed the connection.</summary>
    internal Task Receiving => _receiving;

    /// <summary>Why the connection ended otherwise than by a goodbye, for a log; null: it did not.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>Sends bytes in one message or more; returns when the connection has taken them. No bytes: one empty message.</summary>
    /// <param name="cancellationToken">Ends the wait for a turn; a message that has begun is sent to its end.</param>
    /// <exception cref="IOException">The connection is gone.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        do
        {
            var part = bytes[..Math.Min(bytes.Length, LargestPart)];
            bytes = bytes[part.Length..];
            // A turn for each message: a short one of another channel need not wait for the whole of a long one.
            await _turn.WaitAsync(cancellationToken);
            try
            {
                await SendMessageAsync(channel, part);
            }
            finally
            {
                _turn.Release();
            }
        }
        while (bytes.Length > 0);
    }

    /// <summary>Ends it: a goodbye after all that was sent, and time for the client's own. The client's further bytes are dropped.</summary>
    public Task CloseAsync(WebSocketCloseStatus status, string words)
    {
        lock (_turn)
        {
            return _closing ??= SayGoodbyeAsync(status, words);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync(WebSocketCloseStatus.NormalClosure, "");

    private int LargestPart => _protocol.Coding == ChannelCoding.Base64 ? (MessageSize - 1) / 4 * 3 : MessageSize - 1;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendMessageAsync(byte channel, ReadOnlyMemory<byte> part)
    {
        // One frame, copied together: clients exist that take each frame for a message.
        var message = ArrayPool<byte>.Shared.Rent(MessageSize);
        try
        {
            var size = Encode(channel, part.Span, message);
            Moved();
            await _socket.SendAsync(message.AsMemory(0, size), _protocol.MessageType, endOfMessage: true, _ended.Token);
            Moved();
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            throw new IOException("the client is gone", exception);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    private int Encode(byte channel, ReadOnlySpan<byte> part, Span<byte> message)
    {
        if (_protocol.Coding == ChannelCoding.Plain)
        {
            message[0] = channel;
            part.CopyTo(message[1..]);
            return part.Length + 1;
        }

        message[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(part, message[1..], out _, out var written);
        return written + 1;
    }

    private async Task ReceiveAsync(IReadOnlyList<Greeting> greetings)
    {
        try
        {
            await GreetAsync(greetings);
            await new ChannelReceiver(_socket, _protocol, _inputs, Moved, _ended.Token).RunAsync();
            EndInputs(null);
            await Task.WhenAll(_inputs.OfType<ChannelInput>().Select(input => input.Drained)).WaitAsync(_limits.Farewell, _limits.Time, _ended.Token);
        }
        catch (Exception exception) when (IsEndOfConnection(exception) || exception is ChannelProtocolException or TimeoutException)
        {
            Fault = exception;
        }
        finally
        {
            // Also what no catch names ends the readers' wait; a reader must not take a torn connection for a whole input.
            EndInputs(new IOException("the client is gone", Fault));
            // A write may wait for a client that has left, or is held up by our not reading on.
            _ended.CancelAfter(_limits.Farewell);
            await _gone.CancelAsync();
        }
    }

    private async Task GreetAsync(IReadOnlyList<Greeting> greetings)
    {
        try
        {
            foreach (var greeting in greetings)
            {
                await SendMessageAsync(greeting.Channel, greeting.Bytes);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void EndInputs(Exception? failure)
    {
        foreach (var input in _inputs)
        {
            input?.End(failure);
        }
    }

    private async Task SayGoodbyeAsync(WebSocketCloseStatus status, string words)
    {
        // A receiver that waits for a reader need not any more, and is free to see the client's goodbye.
        foreach (var input in _inputs.OfType<ChannelInput>())
        {
            await input.DisposeAsync();
        }

        try
        {
            await ExchangeGoodbyesAsync(status, words);
            await EndAsync();
        }
        catch (TimeoutException exception)
        {
            Fault ??= exception;
            // To cancel the read that waits would reset the connection, and cost a client that reads slowly what is still on its way to it. The server
            // ends the read when it closes the connection after this.
            _socket.Dispose();
        }
        catch (Exception exception) when (IsEndOfConnection(exception))
        {
            Fault ??= exception;
            await EndAsync();
        }
        finally
        {
            await _lost.DisposeAsync();
            await _idle.DisposeAsync();
            await _gone.CancelAsync();
        }
    }

    private async Task ExchangeGoodbyesAsync(WebSocketCloseStatus status, string words)
    {
        if (Fault is not ChannelProtocolException refusal)
        {
            await SendGoodbyeAsync(status, words);
            await _receiving.WaitAsync(_limits.Farewell, _limits.Time);
            return;
        }

        await SendGoodbyeAsync(refusal.Status, refusal.Message);
        // Read on, though it is for nothing: TCP resets a connection that is closed with bytes unread, and the client may never read our words.
        var rest = new ChannelReceiver(_socket, ChannelProtocol.Of(WebSocketProtocols.None), [], () => { }, _ended.Token);
        await rest.RunAsync().WaitAsync(_limits.Farewell, _limits.Time);
    }

    private async Task EndAsync()
    {
        await _ended.CancelAsync();
        await _receiving;
        _socket.Dispose();
    }

    private async Task SendGoodbyeAsync(WebSocketCloseStatus status, string words)
    {
        await _turn.WaitAsync(_ended.Token);
        try
        {
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                Moved();
                await _socket.CloseOutputAsync(status, words, _ended.Token);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Moved() => _idle.Change(_limits.Idle, Timeout.InfiniteTimeSpan);

    private static bool IsEndOfConnection(Exception exception) => exception
        is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}

internal readonly record struct Greeting(byte Channel, ReadOnlyMemory<byte> Bytes);
