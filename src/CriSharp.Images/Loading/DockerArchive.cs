using System.Security.Cryptography;
using System.Text.Json;
using CriSharp.Oci;
using CriSharp.Signatures.Policies;
using CriSharp.Storage.Archives;

namespace CriSharp.Images.Loading;

/// <summary>
/// What docker save wrote before it wrote OCI layouts, and what skopeo and podman call docker-archive: manifest.json names the config and the layers of
/// each image by their files. There is no manifest with digests, so one is made.
/// https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format
/// </summary>
internal sealed class DockerArchive
{
    internal const string ManifestFile = "manifest.json";
    private const int ImageLimit = 1000;
    private const int LayersLimit = 20_000;
    private const int HashBytes = 256 * 1024;

    private readonly TarArchive _archive;
    private readonly Dictionary<Digest, string> _files = [];
    private readonly Dictionary<string, Digest> _hashed = new(StringComparer.Ordinal);

    private DockerArchive(TarArchive archive) => _archive = archive;

    /// <returns>Null: it is none.</returns>
    /// <exception cref="FormatException">Malformed.</exception>
    /// <exception cref="InvalidDataException">The same.</exception>
    public static ArchiveContents? TryRead(TarArchive archive) =>
        archive.TryRead(ManifestFile, ImageManifest.LimitBytes) is { } json ? new DockerArchive(archive).Read(json) : null;

    private ArchiveContents Read(byte[] json)
    {
        var images = new List<ArchiveImage>();
        var manifests = new Dictionary<Digest, byte[]>();
        foreach (var image in Parse(json))
        {
            var manifest = ManifestOf(image);
            var digest = Digest.Of(manifest);
            manifests[digest] = manifest;
            images.Add(new ArchiveImage(
                new Descriptor { MediaType = MediaTypes.OciManifest, Digest = digest, SizeBytes = manifest.Length }, ArchiveNames.Parse(image.RepoTags ?? [])));
        }

        return new ArchiveContents(SignaturePolicy.DockerArchive, _archive, images, _files, manifests);
    }

    private static List<DockerImageJson> Parse(byte[] json)
    {
        try
        {
            var images = JsonSerializer.Deserialize(json, LoadingJson.Default.ListDockerImageJson) ?? [];
            if (images.Count is 0 or > ImageLimit || images.Exists(image => image is null))
            {
                throw new FormatException($"its {ManifestFile} lists {images.Count} images; 1 to {ImageLimit} are wanted");
            }

            var layers = images.Sum(image => image.Layers?.Count ?? 0);
            return layers <= LayersLimit ? images : throw new FormatException($"its {ManifestFile} lists {layers} layers, and {LayersLimit} is the limit");
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"its {ManifestFile} is malformed: {malformed.Message}", malformed);
        }
    }

    private byte[] ManifestOf(DockerImageJson image)
    {
        var configFile = image.Config ?? "";
        var config = _archive.TryRead(configFile, ImageConfigFile.LimitBytes) ?? throw Missing(configFile);
        var diffIds = ImageConfigFile.Parse(config).DiffIds;
        var layerFiles = image.Layers ?? [];
        if (diffIds.Count != layerFiles.Count || layerFiles.Count > ImageManifest.LayerCountLimit)
        {
            throw new FormatException(
                $"the config {configFile} lists {diffIds.Count} layers and {ManifestFile} {layerFiles.Count}: they have to be the same, and at most {ImageManifest.LayerCountLimit}");
        }

        var configDigest = Digest.Of(config);
        _files[configDigest] = configFile;
        var layers = diffIds.Zip(layerFiles, (diffId, file) => DescriptorOf(diffId, file ?? "")).ToList();
        var made = new MadeManifest(2, MediaTypes.OciManifest, new MadeDescriptor(MediaTypes.OciConfig, configDigest.ToString(), config.Length), layers);
        return JsonSerializer.SerializeToUtf8Bytes(made, LoadingJson.Default.MadeManifest);
    }

    /// <summary>The layers are plain tars, whose digests are their DiffIDs; some tools compress them, and then the file has to be read to know its digest.</summary>
    private MadeDescriptor DescriptorOf(DiffId diffId, string file)
    {
        var length = _archive.LengthOf(file) ?? throw Missing(file);
        var digest = IsCompressed(file) ? DigestOf(file) : diffId.Digest;
        _files[digest] = file;
        return new MadeDescriptor(MediaTypes.OciLayer, digest.ToString(), length);
    }

    private bool IsCompressed(string file)
    {
        using var stream = _archive.TryOpen(file)!;
        var begin = new byte[4];
        stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
        return begin is [0x1f, 0x8b, ..] or [0x28, 0xb5, 0x2f, 0xfd];
    }

    private Digest DigestOf(string file)
    {
        if (_hashed.TryGetValue(file, out var known))
        {
            return known;
        }

        using var stream = _archive.TryOpen(file)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[HashBytes];
        for (int count; (count = stream.Read(buffer)) > 0;)
        {
            hash.AppendData(buffer, 0, count);
        }

        return _hashed[file] = Digest.FromHash(hash.GetHashAndReset());
    }

    private static FormatException Missing(string file) => new($"its {ManifestFile} names \"{(file.Length <= 300 ? file : file[..300])}\", which it does not have");
}
