using CriSharp.Oci;
using CriSharp.Registry.Manifests;

namespace CriSharp.Images.Pulling;

/// <summary>What a registry says of an image, read and checked: everything but its layers' bytes.</summary>
internal sealed record RemoteImage(ManifestDocument Document, ImageManifest Manifest, byte[] ConfigBytes, ImageConfigFile Config)
{
    /// <summary>The digest of the config document.</summary>
    public string Id => Manifest.Config.Digest.ToString();

    public IReadOnlyList<Digest> DocumentDigests => [Document.Digest, Manifest.Config.Digest];

    /// <summary>Each layer once, bottom first, with the blob to fetch it from. An image may hold one layer several times.</summary>
    public IReadOnlyList<(DiffId DiffId, Descriptor Blob)> DistinctLayers() =>
        [.. Config.DiffIds.Zip(Manifest.Layers, (diffId, blob) => (DiffId: diffId, Blob: blob)).DistinctBy(layer => layer.DiffId)];
}
