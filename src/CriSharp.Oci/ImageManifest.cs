namespace CriSharp.Oci;

/// <summary>
/// An image manifest, OCI's or Docker's schema 2: which blobs one image for one platform consists of.
/// https://github.com/opencontainers/image-spec/blob/main/manifest.md
/// </summary>
public sealed record ImageManifest
{
    /// <summary>Largest manifest or index that is read, in bytes.</summary>
    public const int LimitBytes = 4 << 20;

    /// <summary>Overlayfs has no more lowers than this, and every layer becomes one.</summary>
    public const int LayerCountLimit = 500;

    public required string MediaType { get; init; }

    /// <summary>What it is, where it is no image; empty where the manifest says nothing.</summary>
    public string ArtifactType { get; init; } = "";

    /// <summary>Without a media type it is an image's: some tools leave it out.</summary>
    public required Descriptor Config { get; init; }

    /// <summary>Bottom first.</summary>
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <param name="mediaType">As the registry or the index says; the document's own must be the same where it has one.</param>
    /// <exception cref="FormatException">Malformed, ambiguous, of another media type, or over a limit.</exception>
    public static ImageManifest Parse(ReadOnlySpan<byte> json, string mediaType)
    {
        ImageJson.CheckShape(json, "image manifest", mediaType, expected: ["config", "layers"], foreign: ["manifests", "fsLayers", "signatures", "history"]);
        var document = ImageJson.Read(json, ImageJsonContext.Default.ManifestJson, "image manifest", LimitBytes);
        ImageJson.CheckVersion(document.SchemaVersion, "image manifest");
        if (document.Layers is { Count: > LayerCountLimit })
        {
            throw new FormatException($"the image manifest has {document.Layers.Count} layers, and {LayerCountLimit} is the limit");
        }

        return new ImageManifest
        {
            MediaType = mediaType,
            ArtifactType = document.ArtifactType ?? "",
            Config = ImageJson.ToAnyDescriptor(document.Config, "config of the image manifest"),
            Layers = [.. (document.Layers ?? []).Select((layer, number) => ImageJson.ToDescriptor(layer, $"layer {number} of the image manifest"))],
        };
    }
}
