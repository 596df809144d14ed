namespace CriSharp.Admin;

/// <summary>What the daemon is doing at this moment that may take long, the oldest first.</summary>
public sealed record OperationsDocument
{
    public required IReadOnlyList<OperationDocument> Operations { get; init; }
}

/// <summary>One verb under way.</summary>
public sealed record OperationDocument
{
    /// <summary>As the CRI calls it: "RunPodSandbox".</summary>
    public required string Name { get; init; }

    /// <summary>Of the pod sandbox or container; "" where it is about something else.</summary>
    public required string Id { get; init; }

    /// <summary>Whom it is about, in words: names, or an image's reference.</summary>
    public required string Subject { get; init; }

    /// <summary>What it is doing now, in words: "network: CNI plugin bridge, ADD".</summary>
    public required string Stage { get; init; }

    /// <summary>How long it has been under way.</summary>
    public required double AgeSeconds { get; init; }

    /// <summary>How long it has been at this stage.</summary>
    public required double StageSeconds { get; init; }
}
