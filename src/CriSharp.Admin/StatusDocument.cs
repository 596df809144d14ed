namespace CriSharp.Admin;

/// <summary>How the daemon is: where it lives, since when, what it holds, whether it can run pods.</summary>
public sealed record StatusDocument
{
    public required int Pid { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string Root { get; init; }

    public required string RunRoot { get; init; }

    /// <summary>Path of the gRPC socket.</summary>
    public required string Listen { get; init; }

    /// <summary>As the CRI's Status: RuntimeReady, NetworkReady.</summary>
    public IReadOnlyList<ConditionDocument> Conditions { get; init; } = [];

    public int Sandboxes { get; init; }

    public int Containers { get; init; }

    public int Images { get; init; }
}

/// <summary>One condition of the CRI's Status.</summary>
public sealed record ConditionDocument
{
    public required string Type { get; init; }

    public required bool Ready { get; init; }

    /// <summary>One word; empty when ready.</summary>
    public string Reason { get; init; } = "";

    /// <summary>What is wrong and what to do, for people; empty when ready.</summary>
    public string Message { get; init; } = "";
}
