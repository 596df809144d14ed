using CriSharp.Images.Pulling;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Manifests;
using CriSharp.Storage.Archives;

namespace CriSharp.Images.Loading;

/// <summary>The images of an archive and their blobs: those in files, and documents that were made for an archive that lacks them.</summary>
/// <param name="transport">What a signature policy calls archives of this kind.</param>
internal sealed class ArchiveContents(string transport, TarArchive archive, IReadOnlyList<ArchiveImage> images, IReadOnlyDictionary<Digest, string> files, IReadOnlyDictionary<Digest, byte[]> made)
    : IImageSource
{
    public string Transport => transport;

    public string? Registry => null;

    public IReadOnlyList<ArchiveImage> Images => images;

    /// <summary>OCI layouts go first: newer archives of docker are both, and have names in full there.</summary>
    /// <exception cref="RuntimeException">DataLoss: it is no archive of images, or a malformed one.</exception>
    public static ArchiveContents Read(TarArchive archive)
    {
        try
        {
            return OciLayout.TryRead(archive) ?? DockerArchive.TryRead(archive)
                ?? throw new FormatException("it is no archive of images: it has neither index.json, as an OCI layout, nor manifest.json, as docker save writes it");
        }
        catch (Exception malformed) when (malformed is FormatException or InvalidDataException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the archive can't be loaded: {malformed.Message}", malformed);
        }
    }

    public Task<ManifestDocument> FetchManifestAsync(Digest digest, Descriptor? announced, CancellationToken cancellationToken)
    {
        var descriptor = announced ?? images.First(image => image.Manifest.Digest == digest).Manifest;
        return MediaTypes.IsManifest(descriptor.MediaType) || MediaTypes.IsIndex(descriptor.MediaType)
            ? Task.FromResult(new ManifestDocument(digest, descriptor.MediaType, Read(descriptor, ImageManifest.LimitBytes)))
            : throw new RuntimeException(ErrorKind.FailedPrecondition, $"{digest} has media type {descriptor.MediaType}, which is no image");
    }

    public Task<byte[]> FetchBlobAsync(Descriptor blob, int limitBytes, CancellationToken cancellationToken) => Task.FromResult(Read(blob, limitBytes));

    public Stream OpenBlob(Descriptor blob) => Checked(() => archive.TryOpen(FileOf(blob.Digest)) ?? throw Missing(blob.Digest));

    private byte[] Read(Descriptor blob, int limitBytes) => Checked(() =>
    {
        var bytes = made.GetValueOrDefault(blob.Digest) ?? archive.TryRead(FileOf(blob.Digest), limitBytes) ?? throw Missing(blob.Digest);
        var actual = Digest.Of(bytes, blob.Digest.Algorithm);
        return actual == blob.Digest && bytes.Length == blob.SizeBytes
            ? bytes
            : throw new InvalidDataException($"blob {blob.Digest} of {blob.SizeBytes} bytes has {bytes.Length}, and the digest {actual}");
    });

    private static T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException wrong)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"the archive can't be loaded: {wrong.Message}", wrong);
        }
    }

    private string FileOf(Digest digest) => files.GetValueOrDefault(digest) ?? OciLayout.FileOf(digest);

    private static RuntimeException Missing(Digest digest) => new(ErrorKind.DataLoss, $"the archive can't be loaded: it lacks blob {digest}");
}
