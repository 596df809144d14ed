using System.Text.Json;
using CriSharp.Images.Checking;
using CriSharp.Images.Loading;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Names;
using CriSharp.Storage.Archives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images.Saving;

/// <summary>
/// Writes images into an archive: 1. they are held, so that nobody removes them; 2. their layers are packed once for size and digest, which an archive tells first;
/// 3. configs and manifests are made anew; 4. all is written, and the layers are packed again on the way. Nothing lies on the disk meanwhile.
/// </summary>
public sealed partial class SaveArchive(ImageStore images, ImageNames names, ContentStore content, LayerStore layers, Operations operations, ILogger<SaveArchive> logger)
{
    private const string Subject = "archive";

    /// <param name="wanted">Names or ids of images. One that is given by a tag is saved with this tag, else with all that it has.</param>
    /// <param name="beginAsync">Called once, when all is known and nothing written: gives what the archive goes to, which is not owned.</param>
    /// <exception cref="RuntimeException">
    /// NotFound: no such image. FailedPrecondition: an artifact where the format has none. DataLoss: one is damaged. Before the call of beginAsync nothing is written; after it an archive that
    /// could not be written has no end.
    /// </exception>
    public async Task RunAsync(
        IReadOnlyList<string> wanted, ArchiveFormat format, Func<IReadOnlyList<SavedImage>, Task<Stream>> beginAsync, CancellationToken cancellationToken)
    {
        using var operation = operations.Begin(nameof(SaveArchive), "", Subject);
        var chosen = Choose(wanted);
        var leases = new List<IDisposable>();
        try
        {
            leases.AddRange(chosen.Select(image => images.Lease(image.Record.Id)));
            Operation.At("packing of the layers");
            var blobs = new SavedBlobs(layers);
            var index = ArchiveIndex.For(format);
            var saved = new List<SavedImage>();
            foreach (var (record, tags) in chosen)
            {
                saved.Add(await PrepareAsync(record, tags, format, blobs, index, cancellationToken));
            }

            Operation.At("archive");
            await WriteAsync(index, blobs, await beginAsync(saved), cancellationToken);
            saved.ForEach(image => Saved(image.Id, string.Join(' ', image.Names), image.SavedId));
        }
        finally
        {
            leases.ForEach(lease => lease.Dispose());
        }
    }

    private async Task WriteAsync(ArchiveIndex index, SavedBlobs blobs, Stream output, CancellationToken cancellationToken)
    {
        try
        {
            await ArchiveWriter.RunAsync(
                output,
                (archive, token) =>
                {
                    index.Write(archive);
                    blobs.Write(archive, token);
                },
                cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Whoever reads the archive sees no more than that it ends.
            CutOff(failure);
            throw;
        }
    }

    private List<(ImageRecord Record, IReadOnlyList<string> Tags)> Choose(IReadOnlyList<string> wanted)
    {
        if (wanted.Count == 0)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, "no image is named that is to be saved");
        }

        return
        [
            .. wanted.Select(Choose).GroupBy(image => image.Record.Id)
                .Select(same => (same.First().Record, (IReadOnlyList<string>)[.. same.SelectMany(image => image.Tags).Distinct()])),
        ];
    }

    private (ImageRecord Record, IReadOnlyList<string> Tags) Choose(string name)
    {
        var record = images.Resolve(name) ?? throw new RuntimeException(ErrorKind.NotFound, $"image \"{name}\" is not on this node");
        var tags = names.Find(name).Select(reference => reference.TagReference).OfType<string>().Intersect(record.RepoTags).Take(1).ToList();
        return (record, tags.Count > 0 ? tags : record.RepoTags);
    }

    private async Task<SavedImage> PrepareAsync(
        ImageRecord record, IReadOnlyList<string> tags, ArchiveFormat format, SavedBlobs blobs, ArchiveIndex index, CancellationToken cancellationToken)
    {
        if (record.ArtifactType is { } type && format == ArchiveFormat.Docker)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{record.Id} is an artifact ({type}), which docker's archives can't hold: save it as an OCI layout");
        }

        var packed = new List<PackedLayer>();
        foreach (var layer in record.Layers)
        {
            packed.Add(await blobs.AddAsync(layer, cancellationToken));
        }

        try
        {
            var prepared = record.ArtifactType is null ? OfImage(record, tags, packed, blobs) : OfArtifact(record, tags, packed, blobs);
            index.Add(prepared);
            var savedId = record.ArtifactType is null ? prepared.Config.ToString() : record.Id;
            return new SavedImage(record.Id, savedId, tags, [.. packed.Distinct().SelectMany(layer => layer.Skipped)]);
        }
        catch (Exception damage) when (damage is FormatException or JsonException or IOException)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"image {record.Id} is damaged: {damage.Message}", damage);
        }
    }

    private PreparedImage OfImage(ImageRecord record, IReadOnlyList<string> tags, List<PackedLayer> packed, SavedBlobs blobs)
    {
        var config = ConfigWithLayers.Of(Read(Digest.Parse(record.Id), ImageConfigFile.LimitBytes), [.. packed.Select(layer => new DiffId(layer.Digest))]);
        var configBlob = blobs.Add(MediaTypes.OciConfig, config);
        var made = new MadeManifest(
            2,
            MediaTypes.OciManifest,
            new MadeDescriptor(configBlob.MediaType, configBlob.Digest.ToString(), configBlob.SizeBytes),
            [.. packed.Select(layer => new MadeDescriptor(MediaTypes.OciLayer, layer.Digest.ToString(), layer.SizeBytes))]);
        var manifest = blobs.Add(MediaTypes.OciManifest, JsonSerializer.SerializeToUtf8Bytes(made, LoadingJson.Default.MadeManifest));
        return new PreparedImage(manifest, configBlob.Digest, [.. packed.Select(layer => layer.Digest)], tags);
    }

    /// <summary>Its files are its blobs, so nothing of it changes.</summary>
    private PreparedImage OfArtifact(ImageRecord record, IReadOnlyList<string> tags, List<PackedLayer> packed, SavedBlobs blobs)
    {
        var digest = Digest.Parse(record.Id);
        var json = Read(digest, ImageManifest.LimitBytes);
        var manifest = KeptManifest.Parse(digest, json);
        var config = manifest.Config;
        blobs.Add(config.MediaType, Read(config.Digest, ImageConfigFile.LimitBytes), config.Digest.Algorithm);
        return new PreparedImage(blobs.Add(manifest.MediaType, json, digest.Algorithm), config.Digest, [.. packed.Select(layer => layer.Digest)], tags);
    }

    private byte[] Read(Digest document, int limitBytes)
    {
        var bytes = content.TryRead(document, limitBytes) ?? throw new FormatException($"its document {document} is not there");
        return Digest.Of(bytes, document.Algorithm) == document ? bytes : throw new FormatException($"its document {document} has another digest");
    }

    [LoggerMessage(343, LogLevel.Information, "Saved image {Image} into an archive ({Names}); there it is {SavedId}")]
    private partial void Saved(string image, string names, string savedId);

    [LoggerMessage(344, LogLevel.Error, "An archive of images could not be written to its end")]
    private partial void CutOff(Exception failure);
}
