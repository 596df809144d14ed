namespace CriSharp.Admin;

/// <summary>What an archive holds.</summary>
public sealed record SavedImagesDocument
{
    public required IReadOnlyList<SavedImageDocument> Images { get; init; }
}

public sealed record SavedImageDocument
{
    /// <summary>On the node; "sha256:" and 64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>Where the archive is loaded: layers are packed anew, and the id comes from their digests.</summary>
    public required string SavedId { get; init; }

    /// <summary>By tag, in full; empty: none.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>What the archive can't hold, in words.</summary>
    public required IReadOnlyList<string> Skipped { get; init; }
}
