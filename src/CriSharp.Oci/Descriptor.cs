namespace CriSharp.Oci;

/// <summary>
/// What a manifest says of a blob: its media type, digest and size.
/// https://github.com/opencontainers/image-spec/blob/main/descriptor.md
/// </summary>
public sealed record Descriptor
{
    public required string MediaType { get; init; }

    public required Digest Digest { get; init; }

    /// <summary>Size of the blob as transferred; never negative.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>What the blob's file is called, where the manifest says so (org.opencontainers.image.title); unchecked.</summary>
    public string? Title { get; init; }
}
