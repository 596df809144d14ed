namespace CriSharp.Images.Pulling;

/// <summary>What one caller wants pulled, as he names it.</summary>
public sealed record NamedPull
{
    /// <summary>A reference, or a short name.</summary>
    public required string Name { get; init; }

    /// <summary>Null: the caller has none.</summary>
    public PullCredentials? Credentials { get; init; }

    /// <summary>Of the pod that wants it; empty where nobody told.</summary>
    public string PodNamespace { get; init; } = "";
}
