namespace CriSharp.Admin;

/// <summary>Images that a verb has made, or given other names.</summary>
public sealed record ImagesDocument
{
    public required IReadOnlyList<NamedImageDocument> Images { get; init; }
}

public sealed record NamedImageDocument
{
    /// <summary>"sha256:" and 64 hex digits.</summary>
    public required string Id { get; init; }

    /// <summary>By tag, in full; empty: it is known by its id alone.</summary>
    public required IReadOnlyList<string> Names { get; init; }
}
