using CriSharp.Oci;
using CriSharp.Registry.Manifests;

namespace CriSharp.Images.Pulling;

/// <summary>Where an image's documents and layers come from: a registry, or an archive.</summary>
internal interface IImageSource
{
    /// <summary>Null: an archive.</summary>
    string? Registry { get; }

    /// <param name="announced">What an index says of it; null for what a name stands for.</param>
    Task<ManifestDocument> FetchManifestAsync(Digest digest, Descriptor? announced, CancellationToken cancellationToken);

    /// <summary>A small blob, verified.</summary>
    Task<byte[]> FetchBlobAsync(Descriptor blob, int limitBytes, CancellationToken cancellationToken);

    /// <summary>A blob of any size, whose digest is not verified here; nothing is fetched before the first read.</summary>
    Stream OpenBlob(Descriptor blob);
}
