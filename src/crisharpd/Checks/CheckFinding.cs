namespace CriSharp.Daemon.Checks;

/// <summary>What a check has found.</summary>
/// <param name="Subject">"runtime runc", "kernel".</param>
/// <param name="Words">What is so, and for a warning or an error what to do.</param>
internal sealed record CheckFinding(CheckLevel Level, string Subject, string Words)
{
    public static CheckFinding Ok(string subject, string words) => new(CheckLevel.Ok, subject, words);

    public static CheckFinding Warning(string subject, string words) => new(CheckLevel.Warning, subject, words);

    public static CheckFinding Error(string subject, string words) => new(CheckLevel.Error, subject, words);

    public override string ToString() => $"{Level.ToString().ToLowerInvariant(),-7}  {Subject}: {Words}";
}

internal enum CheckLevel
{
    Ok,
    /// <summary>Pods run, but something is worse than it should be.</summary>
    Warning,
    /// <summary>Pods won't run.</summary>
    Error,
}
