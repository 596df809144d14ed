namespace CriSharp.Oci;

/// <summary>
/// An OCI image index or a Docker manifest list: the same image for several platforms.
/// https://github.com/opencontainers/image-spec/blob/main/image-index.md
/// </summary>
public sealed record ImageIndex
{
    public required string MediaType { get; init; }

    public required IReadOnlyList<ImageIndexEntry> Manifests { get; init; }

    /// <param name="mediaType">As the registry says; the document's own must be the same where it has one.</param>
    /// <exception cref="FormatException">Malformed, ambiguous, of another media type, or over a limit.</exception>
    public static ImageIndex Parse(ReadOnlySpan<byte> json, string mediaType)
    {
        ImageJson.CheckShape(json, "image index", mediaType, expected: ["manifests"], foreign: ["config", "layers", "fsLayers", "signatures", "history"]);
        var document = ImageJson.Read(json, ImageJsonContext.Default.IndexJson, "image index", ImageManifest.LimitBytes);
        ImageJson.CheckVersion(document.SchemaVersion, "image index");
        return new ImageIndex
        {
            MediaType = mediaType,
            Manifests = [.. (document.Manifests ?? []).Select((entry, number) => ToEntry(entry, $"entry {number} of the image index"))],
        };
    }

    private static ImageIndexEntry ToEntry(IndexEntryJson? entry, string what) => new()
    {
        Manifest = ImageJson.ToDescriptor(entry, what),
        Platform = entry?.Platform is { } platform
            ? new Platform { Os = platform.Os ?? "", Architecture = platform.Architecture ?? "", Variant = platform.Variant ?? "" }
            : null,
    };
}

/// <summary>One manifest of an index, or an index within it.</summary>
public sealed record ImageIndexEntry
{
    public required Descriptor Manifest { get; init; }

    /// <summary>Null where the index says nothing: only the image's own config tells then.</summary>
    public Platform? Platform { get; init; }
}
