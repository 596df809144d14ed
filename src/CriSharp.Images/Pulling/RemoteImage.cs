using CriSharp.Images.Artifacts;
using CriSharp.Oci;
using CriSharp.Registry.Manifests;
using CriSharp.Storage.Layers;

namespace CriSharp.Images.Pulling;

/// <summary>What a registry says of an image or an artifact, read and checked: everything but its layers' bytes.</summary>
internal sealed record RemoteImage(ManifestDocument Document, ImageManifest Manifest, byte[] ConfigBytes, ImageConfigFile Config)
{
    /// <summary>Null: it is an image.</summary>
    public ArtifactFiles? Artifact { get; init; }

    /// <summary>The digest of the config document; an artifact's, whose config may be any artifact's, is the manifest's.</summary>
    public string Id => (Artifact is null ? Manifest.Config.Digest : Document.Digest).ToString();

    public IReadOnlyList<(Digest Digest, ReadOnlyMemory<byte> Bytes)> Documents => [(Document.Digest, Document.Content), (Manifest.Config.Digest, ConfigBytes)];

    public IReadOnlyList<Digest> DocumentDigests => [.. Documents.Select(document => document.Digest)];

    /// <summary>What is to be kept of it, as yet without a name.</summary>
    /// <param name="layers">Its layers as they were unpacked, each once.</param>
    public ImageRecord ToRecord(IReadOnlyList<LayerRecord> layers, DateTimeOffset pulledAt) => new()
    {
        Id = Id,
        RepoTags = [],
        RepoDigests = [],
        Layers = Config.DiffIds,
        SizeBytes = layers.Sum(layer => layer.SizeBytes),
        Platform = Config.Platform,
        Config = Config.Config,
        ArtifactType = Artifact?.Type,
        Documents = DocumentDigests,
        CreatedAt = Config.Created,
        PulledAt = pulledAt,
    };

    /// <summary>Each layer once, bottom first, with the blob to fetch it from. An image may hold one layer several times.</summary>
    public IReadOnlyList<(DiffId DiffId, Descriptor Blob)> DistinctLayers() =>
        [.. Config.DiffIds.Zip(Manifest.Layers, (diffId, blob) => (DiffId: diffId, Blob: blob)).DistinctBy(layer => layer.DiffId)];
}
