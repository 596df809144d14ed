namespace CriSharp.Streaming.Sessions;

/// <summary>
/// One client's side of an exec or attach, whatever the wire: SPDY's streams or WebSocket's channels. Writes wait until the wire takes them.
/// </summary>
public sealed class ClientStreams
{
    /// <summary>To read: what the client types; its end is the client's half close.</summary>
    public Stream? Stdin { get; init; }

    /// <summary>To write; disposing of it ends the stream on the wire, where the protocol can say so.</summary>
    public Stream? Stdout { get; init; }

    public Stream? Stderr { get; init; }

    /// <summary>To write: the end of the session, in the protocol's form.</summary>
    public required Stream Error { get; init; }

    /// <summary>To read: JSON objects <c>{"Width":80,"Height":24}</c>, one after the other.</summary>
    public Stream? Resize { get; init; }

    /// <summary>The error stream takes a metav1.Status in any case (v4 and later); otherwise words, and only of a failure.</summary>
    public bool HasStatus { get; init; }

    /// <summary>Fires when the connection has gone, or said what no client may say.</summary>
    public required CancellationToken Gone { get; init; }
}
