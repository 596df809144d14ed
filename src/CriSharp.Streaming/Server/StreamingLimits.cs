namespace CriSharp.Streaming.Server;

/// <summary>How long a session may take over what.</summary>
public sealed record StreamingLimits
{
    /// <summary>A session in which nothing is said for so long is ended.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromHours(4);
}
