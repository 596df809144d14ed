namespace CriSharp.Streaming.Spdy;

/// <summary>Limits of one connection.</summary>
public sealed record SpdyOptions
{
    /// <summary>A control frame that has begun must be whole by then; a frame of data may take as long as an idle connection.</summary>
    public TimeSpan FrameTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The connection ends when nothing was read nor written for so long.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(4);

    /// <summary>The streams that belong together must be there by then.</summary>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A forwarded connection whose client has ended its half ends when the pod has said nothing for so long.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server whose goodbye is sent waits for its client to hang up, and a client for what it has said to be sent.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Streams that are open at once; further ones are refused.</summary>
    public int MostStreams { get; init; } = 4096;

    /// <summary>Bytes that one stream holds for a slow reader before the connection is read no further.</summary>
    public int StreamBuffer { get; init; } = 128 * 1024;

    /// <summary>The same, for all streams of the connection together.</summary>
    public int ConnectionBuffer { get; init; } = 8 * 1024 * 1024;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
