namespace CriSharp.Pods.Audit;

/// <summary>What one audit has found, and what became of it.</summary>
public sealed record AuditReport(DateTimeOffset At, IReadOnlyList<AuditResult> Results)
{
    /// <summary>What is still there.</summary>
    public IEnumerable<AuditResult> Left => Results.Where(result => !result.IsRemoved);
}

/// <param name="StaysBecause">Why it was not removed although that was asked; null where it was, or nobody asked.</param>
public sealed record AuditResult(Finding Finding, bool IsRemoved, string? StaysBecause);

/// <summary>How far an audit may go.</summary>
public enum AuditScope
{
    /// <summary>It only looks.</summary>
    Look,

    /// <summary>It removes what is surely ours: at start and in the background.</summary>
    RemoveSure,

    /// <summary>A person has asked: it removes all that may be removed.</summary>
    RemoveAll,
}
