using System.Collections.Concurrent;
using CriSharp.Images.Pulling;
using CriSharp.Images.Trust;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage;
using CriSharp.Storage.Archives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images.Loading;

/// <summary>
/// Takes the images of an archive in: 1. the archive comes whole onto the disk, under no name; 2. the documents of all its images are read and checked;
/// 3. their layers are unpacked and verified as those of a pull; 4. the file system is synced once; 5. the records are durable, then visible.
/// </summary>
public sealed partial class LoadArchive(
    ImageStore images,
    FreeUnusedLayers freeUnused,
    ContentStore content,
    LayerStore layers,
    EnforcePolicy policy,
    DiskRoom room,
    Operations operations,
    PullOptions options,
    TimeProvider time,
    ILogger<LoadArchive> logger)
{
    private const string Subject = "archive";
    private const long DocumentsLimitBytes = 64L << 20;

    private readonly ConcurrentDictionary<PullTracker, byte> _running = new();
    private readonly FetchLayers _fetchLayers = new(layers, options, time);

    /// <summary>The loads under way, image by image.</summary>
    public IReadOnlyList<PullProgress> Progress() => [.. _running.Keys.Select(tracker => tracker.Snapshot()).OrderBy(load => load.StartedAt)];

    /// <param name="archive">A tar, plain or compressed, of an OCI layout or as docker save makes it.</param>
    /// <param name="names">Names by tag, instead of those in the archive, which must hold one image then. Empty: those in the archive.</param>
    /// <exception cref="RuntimeException">
    /// DataLoss: malformed, truncated, or not what its digests say; InvalidArgument: names for several images; NotFound, FailedPrecondition: for another kind of machine;
    /// ResourceExhausted; Unavailable: the archive did not come whole; Unknown: the signature policy accepts no such archive. Nothing of it is left then.
    /// </exception>
    public async Task<IReadOnlyList<LoadedImage>> RunAsync(Stream archive, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        using var operation = operations.Begin(nameof(LoadArchive), "", Subject);
        room.Require("loading an archive of images");
        Operation.At("archive");
        using var received = await content.ReceiveArchiveAsync(archive, new ArchiveLimits { FreeBytesKept = room.FloorBytes }, cancellationToken);
        Operation.At("manifests and configs");
        var contents = ArchiveContents.Read(received);
        policy.AtLoad(contents.Transport);
        if (names.Count > 0 && contents.Images.Count != 1)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the archive holds {contents.Images.Count} images, so a name can't be given: load it without, and tag them");
        }

        var found = await ReadAsync(contents, names, cancellationToken);
        return await KeepAsync(contents, found, cancellationToken);
    }

    private async Task<List<FoundImage>> ReadAsync(ArchiveContents contents, IReadOnlyList<ImageReference> names, CancellationToken cancellationToken)
    {
        var found = new List<FoundImage>();
        var bytes = 0L;
        foreach (var image in contents.Images)
        {
            var what = image.Names.Count > 0 ? image.Names[0].ToString() : image.Manifest.Digest.ToString();
            var documents = await new FetchImageDocuments(contents, what, PlatformChoice.Host, logger).RunAsync(image.Manifest.Digest, cancellationToken);
            bytes += documents.Document.Content.Length + documents.ConfigBytes.Length;
            if (bytes > DocumentsLimitBytes)
            {
                throw new RuntimeException(ErrorKind.ResourceExhausted, $"the manifests and configs of the archive have more than {DocumentsLimitBytes} bytes together");
            }

            found.Add(new FoundImage(documents, names.Count > 0 ? names : image.Names));
        }

        return found;
    }

    private async Task<IReadOnlyList<LoadedImage>> KeepAsync(ArchiveContents contents, List<FoundImage> found, CancellationToken cancellationToken)
    {
        DiffId[] wanted = [.. found.SelectMany(image => image.Documents.Config.DiffIds).Distinct()];
        foreach (var image in found)
        {
            await freeUnused.FreeMisfitsAsync([.. image.Documents.Config.DiffIds.Distinct()], cancellationToken);
        }

        Operation.At("leases of the layers");
        using var lease = await images.LayerLeases.LeaseAsync(wanted, cancellationToken);
        try
        {
            Operation.At("layers");
            var records = new List<ImageRecord>();
            foreach (var image in found)
            {
                records.Add(RecordOf(image, await FetchAsync(contents, image, cancellationToken)));
            }

            Operation.At("sync of the layers");
            await layers.SyncFileSystemAsync();
            Operation.At("record");
            await images.AddAsync(records, token => IngestAsync(found, token), cancellationToken);
            records.ForEach(record => Loaded(record.Id, string.Join(' ', record.RepoTags)));

            return [.. records.Select(record => new LoadedImage(record.Id, record.RepoTags))];
        }
        catch
        {
            lease.Dispose();
            await freeUnused.RunAsync(wanted, [.. found.SelectMany(image => image.Documents.DocumentDigests)], CancellationToken.None);
            throw;
        }
    }

    private async Task<IReadOnlyList<LayerRecord>> FetchAsync(ArchiveContents contents, FoundImage image, CancellationToken cancellationToken)
    {
        var tracker = new PullTracker(image.Names.Count > 0 ? image.Names[0].ToString() : image.Documents.Id, time.GetUtcNow());
        _running[tracker] = 0;
        try
        {
            return await _fetchLayers.RunAsync(contents, image.Documents, tracker, cancellationToken);
        }
        finally
        {
            _running.TryRemove(tracker, out _);
        }
    }

    private async Task IngestAsync(List<FoundImage> found, CancellationToken cancellationToken)
    {
        foreach (var (digest, bytes) in found.SelectMany(image => image.Documents.Documents).DistinctBy(document => document.Digest))
        {
            await content.IngestAsync(bytes, digest, cancellationToken);
        }
    }

    /// <summary>No name by digest: only a registry can say what it gives under one.</summary>
    private ImageRecord RecordOf(FoundImage image, IReadOnlyList<LayerRecord> records) =>
        image.Documents.ToRecord(records, time.GetUtcNow()) with { RepoTags = [.. image.Names.Select(name => name.TagReference!)] };

    [LoggerMessage(340, LogLevel.Information, "Loaded image {Image} from an archive ({Names})")]
    private partial void Loaded(string image, string names);

    private sealed record FoundImage(RemoteImage Documents, IReadOnlyList<ImageReference> Names);
}
