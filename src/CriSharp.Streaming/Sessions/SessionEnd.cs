namespace CriSharp.Streaming.Sessions;

/// <summary>How a session ended, in words for the log.</summary>
public sealed record SessionEnd(string Words)
{
    public static SessionEnd ClientGone { get; } = new("its client has gone");

    public static SessionEnd Stopped { get; } = new("the daemon stops");

    public static SessionEnd Over { get; } = new("over");

    public static SessionEnd Closed(string? reason) => reason is null ? Over : new(reason);

    public static SessionEnd Of(int exitCode) => new($"exit code {exitCode}");

    public static SessionEnd Failed(string words) => new(words);
}
