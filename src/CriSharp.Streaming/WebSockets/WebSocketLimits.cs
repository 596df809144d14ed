namespace CriSharp.Streaming.WebSockets;

/// <summary>How long and how much a WebSocket client may make the server wait and hold.</summary>
public sealed record WebSocketLimits
{
    public static WebSocketLimits Default { get; } = new();

    /// <summary>
    /// A connection on which nothing has moved for so long, or whose client has not taken a message for so long, is let go. Long, as the peers have
    /// it: a client behind a pager reads nothing for as long as a person looks at a page, and that is no error.
    /// </summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(4);

    /// <summary>After one side's goodbye, the time for the other's; and the time in which what came before a client's goodbye has to be read.</summary>
    public TimeSpan Farewell { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of a channel that wait to be read. While so many wait, nothing is read from the connection.</summary>
    public int ChannelBuffer { get; init; } = 64 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
