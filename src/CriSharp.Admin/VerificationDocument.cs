namespace CriSharp.Admin;

/// <summary>Whether an image is whole.</summary>
public sealed record VerificationDocument
{
    /// <summary>"sha256:" and 64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>How many manifests, configs and signatures were compared with their digests.</summary>
    public required int Documents { get; init; }

    /// <summary>How many layers were looked at.</summary>
    public required int Layers { get; init; }

    /// <summary>What is wrong, in words; empty: nothing.</summary>
    public required IReadOnlyList<string> Faults { get; init; }
}
