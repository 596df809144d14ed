namespace CriSharp.Admin;

/// <summary>What an audit has found on the machine that no pod, container or image of this instance accounts for.</summary>
public sealed record AuditDocument
{
    public required DateTimeOffset At { get; init; }

    public required IReadOnlyList<FindingDocument> Findings { get; init; }
}

/// <summary>One leftover.</summary>
public sealed record FindingDocument
{
    /// <summary>"container", "monitor", "mount", "cgroup", "address", "layer" and so on.</summary>
    public required string Kind { get; init; }

    /// <summary>Its id, path or address.</summary>
    public required string Subject { get; init; }

    /// <summary>Why it counts as left over.</summary>
    public required string Reason { get; init; }

    /// <summary>Since when it has been there; null where that does not show.</summary>
    public DateTimeOffset? Since { get; init; }

    public required FindingState State { get; init; }

    /// <summary>Why it is not removed; empty otherwise.</summary>
    public string StaysBecause { get; init; } = "";
}

/// <summary>What became of a leftover, or may become of it.</summary>
public enum FindingState
{
    /// <summary>The next audit in the background removes it.</summary>
    Removable,

    /// <summary>It may be somebody else's, and is removed only where a person asks.</summary>
    RemovableOnRequest,

    /// <summary>It stays: it is kept for people, or its removal failed.</summary>
    Stays,

    Removed,
}
