using CriSharp.Oci;
using CriSharp.Registry;
using CriSharp.Registry.Manifests;

namespace CriSharp.Images.Pulling;

/// <summary>A repository of a registry.</summary>
internal sealed class RegistrySource(RegistryRepository repository) : IImageSource
{
    public string? Registry => repository.Registry;

    public Task<ManifestDocument> FetchManifestAsync(Digest digest, Descriptor? announced, CancellationToken cancellationToken) =>
        repository.FetchManifestAsync(digest, announced, cancellationToken);

    public Task<byte[]> FetchBlobAsync(Descriptor blob, int limitBytes, CancellationToken cancellationToken) =>
        repository.FetchBlobAsync(blob, limitBytes, cancellationToken);

    public Stream OpenBlob(Descriptor blob) => repository.OpenBlob(blob);
}
