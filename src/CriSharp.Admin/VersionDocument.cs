namespace CriSharp.Admin;

/// <summary>Which daemon answers.</summary>
public sealed record VersionDocument
{
    /// <summary>As in the CRI's runtime_name: "crisharp".</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>The .NET it was compiled for or runs on, e.g. ".NET 10.0.1".</summary>
    public required string Framework { get; init; }

    /// <summary>True for the NativeAOT executable.</summary>
    public required bool AheadOfTime { get; init; }
}
