using System.Collections.Concurrent;
using CriSharp.Images.Trust;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry;
using CriSharp.Registry.Credentials;
using CriSharp.Signatures.Checks;
using CriSharp.Storage;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Images.Pulling;

/// <summary>
/// Pulls images, many callers of the same one with the same credentials together; the pull is cancelled when they have all gone.
/// 1. the registry is asked what the name stands for, every time, which also checks the caller's credentials; 2. manifest and config for this machine;
/// 3. the signature policy must accept it; 4. the disk must have room for its layers; 5. layers in parallel, each in one pass; 6. the file system is
/// synced once; 7. the record is durable, then visible.
/// </summary>
public sealed partial class PullImage(
    ImageStore images,
    FreeUnusedLayers freeUnused,
    ContentStore content,
    LayerStore layers,
    RegistryClient registry,
    EnforcePolicy policy,
    DiskRoom room,
    Operations operations,
    PullOptions options,
    TimeProvider time,
    ILogger<PullImage> logger)
{
    /// <summary>The kubelet shows this reason to the pod's owner when an error of the code Unknown begins with it.</summary>
    internal const string UnavailableReason = "RegistryUnavailable";

    private readonly Coalescer<PullKey, string> _pulls = new(AbandonedWork.IsCancelled)
    {
        Linger = options.Linger,
        Time = time,
    };
    private readonly ConcurrentDictionary<PullTracker, byte> _running = new();
    private readonly FetchLayers _fetchLayers = new(layers, options, time);

    public PullFigures Figures { get; } = new();

    /// <returns>The image's id.</returns>
    /// <exception cref="RuntimeException">
    /// Unauthenticated, PermissionDenied, NotFound, DeadlineExceeded, DataLoss, ResourceExhausted, FailedPrecondition; Unknown: no registry answers, or the signature
    /// policy refuses it.
    /// </exception>
    public async Task<string> RunAsync(PullRequest request, CancellationToken cancellationToken)
    {
        var own = request.Credentials?.ToRegistryCredentials();
        var credentials = await FindCredentialsAsync(request, own, cancellationToken);
        var key = new PullKey(request.Reference, credentials.Fingerprint(), policy.FileFor(request.PodNamespace));
        var work = _pulls.RunAsync(key, token => TrackAsync(key, credentials, token), cancellationToken);
        return await operations.ExplainAsync(work, nameof(PullImage), request.Reference.ToString());
    }

    /// <summary>The pulls under way, the oldest first.</summary>
    public IReadOnlyList<PullProgress> Progress() => [.. _running.Keys.Select(tracker => tracker.Snapshot()).OrderBy(pull => pull.StartedAt)];

    /// <summary>Each caller's own, before he joins others: who has other ones must not get their image.</summary>
    private async Task<RepositoryCredentials> FindCredentialsAsync(PullRequest request, RegistryCredentials? own, CancellationToken cancellationToken)
    {
        using var operation = operations.Begin(nameof(PullImage), "", request.Reference.ToString());
        Operation.At("credentials");
        try
        {
            return await registry.FindCredentialsAsync(request.Reference, own, request.Files, cancellationToken);
        }
        catch (RuntimeException failure)
        {
            Figures.Fail(failure.Kind);
            throw;
        }
    }

    private async Task<string> TrackAsync(PullKey key, RepositoryCredentials credentials, CancellationToken cancellationToken)
    {
        var reference = key.Reference;
        using var operation = operations.Begin(nameof(PullImage), "", reference.ToString());
        var tracker = new PullTracker(reference.ToString(), time.GetUtcNow());
        _running[tracker] = 0;
        try
        {
            return await CountAsync(key, credentials, tracker, cancellationToken);
        }
        catch (RuntimeException failure) when (failure.Kind == ErrorKind.Unavailable)
        {
            throw new RuntimeException(ErrorKind.Unknown, $"{UnavailableReason}: {failure.Message}", failure);
        }
        finally
        {
            _running.TryRemove(tracker, out _);
            Figures.AddLayers(tracker.Layers);
        }
    }

    private async Task<string> CountAsync(PullKey key, RepositoryCredentials credentials, PullTracker tracker, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        try
        {
            var id = await PullAsync(key, credentials, tracker, cancellationToken);
            if (tracker.IsUpToDate)
            {
                Figures.Add(PullEnd.Present);
                return id;
            }

            Figures.Pulled(time.GetElapsedTime(began));
            return id;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Figures.Add(PullEnd.Cancelled);
            throw;
        }
        catch (Exception failure)
        {
            Figures.Fail(failure is RuntimeException known ? known.Kind : ErrorKind.Internal);
            throw;
        }
    }

    private async Task<string> PullAsync(PullKey key, RepositoryCredentials credentials, PullTracker tracker, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var reference = key.Reference;
        policy.RefuseOutright(key.PolicyFile, reference);
        var repository = registry.OpenRepositoryAs(reference, credentials);
        Operation.At("resolve");
        var resolved = await repository.ResolveAsync(cancellationToken);

        // Only under this very name: to know the digest of somebody's private image must not suffice to run it.
        if (images.FindByName(reference.DigestReference(resolved.Digest)) is { } present
            && present.PulledNames.FirstOrDefault(name => name.Resolved == resolved.Digest) is { } known)
        {
            var accepted = await policy.AtPullAsync(key.PolicyFile, new SignedSubject(reference, resolved.Digest, known.Instance), credentials, cancellationToken);
            if (await TryRenewAsync(present, accepted, cancellationToken))
            {
                tracker.IsUpToDate = true;
                UpToDate(reference.ToString(), present.Id);
                return present.Id;
            }
        }

        Operation.At("manifest and config");
        var image = await new FetchImageDocuments(new RegistrySource(repository), reference.ToString(), PlatformChoice.Host, logger)
            .RunAsync(resolved.Digest, cancellationToken);
        var trusted = await policy.AtPullAsync(key.PolicyFile, new SignedSubject(reference, resolved.Digest, image.Document.Digest), credentials, cancellationToken);
        DiffId[] wanted = [.. image.Config.DiffIds.Distinct()];
        await freeUnused.FreeMisfitsAsync(wanted, cancellationToken);
        Operation.At("leases of the layers");
        using var lease = await images.LayerLeases.LeaseAsync(wanted, cancellationToken);
        DiffId[] missing = [.. wanted.Where(layer => !layers.Contains(layer))];
        room.Require($"pulling {reference}", BlobBytes(image, missing));
        try
        {
            Operation.At("layers");
            var records = await _fetchLayers.RunAsync(new RegistrySource(repository), image, tracker, cancellationToken);
            Operation.At("sync of the layers");
            await layers.SyncFileSystemAsync();
            Operation.At("record");
            await AddAsync(RecordOf(trusted.Name, image, records), image, trusted, cancellationToken);
        }
        catch (Exception failure)
        {
            lease.Dispose();
            await GiveBackAsync(image, [.. image.DocumentDigests, .. trusted.Name.Signatures], reference, failure);
            throw;
        }

        Pulled(reference.ToString(), image.Id, missing.Length, BlobBytes(image, missing), (long)time.GetElapsedTime(began).TotalMilliseconds);
        return image.Id;
    }

    private static long BlobBytes(RemoteImage image, DiffId[] layers) =>
        image.DistinctLayers().Where(layer => layers.Contains(layer.DiffId)).Sum(layer => layer.Blob.SizeBytes);

    /// <summary>Gives a tag to an image that is here; false if the image has just been removed.</summary>
    private async Task<bool> TryRenewAsync(ImageRecord present, TrustedName trusted, CancellationToken cancellationToken)
    {
        IDisposable lease;
        try
        {
            lease = images.Lease(present.Id);
        }
        catch (RuntimeException gone) when (gone.Kind == ErrorKind.NotFound)
        {
            return false;
        }

        using (lease)
        {
            var named = present with
            {
                RepoTags = TagsOf(trusted.Name.Name),
                RepoDigests = [trusted.Name.Name.DigestReference(trusted.Name.Resolved)],
                Documents = trusted.Name.Signatures,
                PulledNames = [trusted.Name],
                PulledAt = time.GetUtcNow(),
            };
            await images.AddAsync(named, token => KeepAsync(trusted, token), cancellationToken);
            return true;
        }
    }

    private Task AddAsync(ImageRecord record, RemoteImage image, TrustedName trusted, CancellationToken cancellationToken) => images.AddAsync(
        record,
        async token =>
        {
            foreach (var (digest, bytes) in image.Documents)
            {
                await content.IngestAsync(bytes, digest, token);
            }

            await KeepAsync(trusted, token);
        },
        cancellationToken);

    private async Task KeepAsync(TrustedName trusted, CancellationToken cancellationToken)
    {
        foreach (var (digest, bytes) in trusted.Signatures)
        {
            await content.IngestAsync(bytes, digest, cancellationToken);
        }
    }

    private ImageRecord RecordOf(PulledName name, RemoteImage image, IReadOnlyList<LayerRecord> records) => image.ToRecord(records, time.GetUtcNow()) with
    {
        RepoTags = TagsOf(name.Name),
        RepoDigests = [name.Name.DigestReference(name.Resolved)],
        PulledNames = [name],
        Documents = [.. image.DocumentDigests, .. name.Signatures],
    };

    /// <summary>Where a digest is given, the tag beside it is not looked up, so nothing may claim that it names this image.</summary>
    private static IReadOnlyList<string> TagsOf(ImageReference reference) => reference.Digest is null ? [reference.TagReference!] : [];

    /// <summary>All its layers are candidates, not only those that this pull fetched: whoever else let go of one meanwhile left it to us.</summary>
    private async Task GiveBackAsync(RemoteImage image, IReadOnlyCollection<Digest> documents, ImageReference reference, Exception failure)
    {
        if (failure is OperationCanceledException || failure is RuntimeException { Kind: ErrorKind.Unavailable or ErrorKind.DeadlineExceeded })
        {
            _ = FreeLaterAsync(image, documents, reference);
            return;
        }

        await freeUnused.RunAsync(image.Config.DiffIds, documents, CancellationToken.None);
    }

    private async Task FreeLaterAsync(RemoteImage image, IReadOnlyCollection<Digest> documents, ImageReference reference)
    {
        try
        {
            await Task.Delay(options.KeepForRetry, time);
            await freeUnused.RunAsync(image.Config.DiffIds, documents, CancellationToken.None);
        }
        catch (Exception failure)
        {
            KeptLayersStay(reference.ToString(), failure);
        }
    }

    private sealed record PullKey(ImageReference Reference, string CredentialsFingerprint, string PolicyFile);
}
