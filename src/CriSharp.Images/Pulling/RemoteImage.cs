using CriSharp.Images.Artifacts;
using CriSharp.Oci;
using CriSharp.Registry.Manifests;

namespace CriSharp.Images.Pulling;

/// <summary>What a registry says of an image or an artifact, read and checked: everything but its layers' bytes.</summary>
internal sealed record RemoteImage(ManifestDocument Document, ImageManifest Manifest, byte[] ConfigBytes, ImageConfigFile Config)
{
    /// <summary>Null: it is an image.</summary>
    public ArtifactFiles? Artifact { get; init; }

    /// <summary>The digest of the config document; an artifact's, whose config may be any artifact's, is the manifest's.</summary>
    public string Id => (Artifact is null ? Manifest.Config.Digest : Document.Digest).ToString();

    public IReadOnlyList<Digest> DocumentDigests => [Document.Digest, Manifest.Config.Digest];

    /// <summary>Each layer once, bottom first, with the blob to fetch it from. An image may hold one layer several times.</summary>
    public IReadOnlyList<(DiffId DiffId, Descriptor Blob)> DistinctLayers() =>
        [.. Config.DiffIds.Zip(Manifest.Layers, (diffId, blob) => (DiffId: diffId, Blob: blob)).DistinctBy(layer => layer.DiffId)];
}
