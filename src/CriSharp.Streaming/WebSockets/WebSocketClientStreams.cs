using System.Net.WebSockets;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// An exec's or attach's client over a WebSocket: channels 0 stdin, 1 stdout, 2 stderr, 3 error, 4 the terminal's size. Disposing of it sends what
/// was written, then a goodbye, and frees all; it waits for the client's goodbye no longer than <see cref="WebSocketLimits.Farewell"/>.
/// The server never says that one of its streams has ended: clients take the connection's end for that, and version 5's report an unknown channel.
/// </summary>
public sealed class WebSocketClientStreams : IAsyncDisposable
{
    internal const byte StdinChannel = 0;
    internal const byte StdoutChannel = 1;
    internal const byte StderrChannel = 2;
    internal const byte ErrorChannel = 3;
    internal const byte ResizeChannel = 4;
    internal const int ChannelCount = 5;

    private readonly ChannelConnection _connection;

    private WebSocketClientStreams(ChannelConnection connection, ClientStreams streams)
    {
        _connection = connection;
        Streams = streams;
    }

    public ClientStreams Streams { get; }

    /// <summary>Why the connection ended otherwise than by a goodbye, for a log; null: it did not.</summary>
    public Exception? Fault => _connection.Fault;

    /// <summary>Takes over an accepted connection, and begins to read it.</summary>
    /// <param name="protocol">One of <see cref="WebSocketProtocols.Process"/>.</param>
    /// <param name="lost">
    /// The server stops, or has learnt of the client's departure: what has come is read, then <see cref="ClientStreams.Gone"/> fires, at the latest after
    /// <see cref="WebSocketLimits.Farewell"/>. Needed beside the reading, which sees no departure while it waits for a process that reads no input.
    /// </param>
    public static WebSocketClientStreams Open(
        WebSocket socket, string protocol, bool stdin, bool stdout, bool stderr, bool tty, WebSocketLimits? limits = null, CancellationToken lost = default)
    {
        limits ??= WebSocketLimits.Default;
        var form = ChannelProtocol.Of(protocol);
        var inputs = new ChannelInput?[ChannelCount];
        inputs[StdinChannel] = stdin ? new ChannelInput(limits.ChannelBuffer) : null;
        inputs[ResizeChannel] = tty ? new ChannelInput(limits.ChannelBuffer) : null;
        // An empty message on the first channel that the server writes to says that all is ready.
        var first = stdout ? StdoutChannel : stderr ? StderrChannel : ErrorChannel;
        var connection = new ChannelConnection(socket, form, inputs, [new Greeting(first, default)], limits, lost);
        return new WebSocketClientStreams(connection, new ClientStreams
        {
            Stdin = inputs[StdinChannel],
            Stdout = stdout ? new ChannelOutput(connection, StdoutChannel) : null,
            Stderr = stderr ? new ChannelOutput(connection, StderrChannel) : null,
            Error = new ChannelOutput(connection, ErrorChannel),
            Resize = inputs[ResizeChannel],
            HasStatus = form.HasStatus,
            Gone = connection.Gone,
        });
    }

    internal Task Receiving => _connection.Receiving;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
