using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    /// <summary>
    /// Unpacks a layer in one pass while its blob arrives; size, digest and DiffId are verified before anybody sees it.
    /// A layer that is there already is returned at once, and one that another caller is unpacking is awaited, without reading the source, as long as it gets on;
    /// one that comes from the same origin in any case, since it would come no sooner a second time.
    /// </summary>
    /// <param name="transferredBytes">Told how many bytes of the blob have come, on any thread.</param>
    /// <param name="cancellationToken">Ends this call; nothing of the layer is left, and a caller who waits for it starts from its own source.</param>
    /// <exception cref="RuntimeException">DataLoss: not what its digests say, or a malformed tar. ResourceExhausted: no space, or beyond a limit.
    /// Unimplemented: a compression that we don't know. FailedPrecondition: the layer is there with files of other lower layers.</exception>
    public async Task<LayerRecord> UnpackAsync(LayerSource source, IProgress<long>? transferredBytes, CancellationToken cancellationToken)
    {
        using var ofOrigin = await TakeTurnOfOriginAsync(source, cancellationToken);
        using var turn = await TakeTurnAsync(source, cancellationToken);
        if (Find(source.DiffId) is { } present)
        {
            return await ReuseAsync(present, source, cancellationToken);
        }

        var arrival = new Arrival(source.Blob.SizeBytes, transferredBytes);
        if (turn is not null)
        {
            _arrivals[source.DiffId] = arrival;
        }

        var staging = NewStagingPath();
        try
        {
            HostPath.MakeDirectories(Path.Combine(staging, TreeName), Permissions.PrivateFolder);
            return Commit(await UnpackIntoAsync(source, staging, arrival, cancellationToken), staging);
        }
        catch (Exception failure) when (ToRuntimeException(failure, source.DiffId) is { } translated)
        {
            throw translated;
        }
        finally
        {
            TreeRemoval.Remove(staging);
            _arrivals.TryRemove(KeyValuePair.Create(source.DiffId, arrival));
        }
    }

    private async Task<LayerRecord> UnpackIntoAsync(LayerSource source, string staging, IProgress<long>? transferredBytes, CancellationToken cancellationToken)
    {
        if (source.FileName is { } fileName)
        {
            return await new FileIntake(source, fileName, _limits).RunAsync(Path.Combine(staging, TreeName), transferredBytes, cancellationToken);
        }

        using var pipeline = new LayerPipeline(source, _limits);
        var tree = DirectoryTree.Open(Path.Combine(staging, TreeName));
        using var unpacker = await pipeline.RunAsync(tree, transferredBytes, cancellationToken);
        // Files that are copied from lower layers may get inodes of files that were removed.
        var known = unpacker.ForeignLinks.Count == 0 ? unpacker.Sums.ByInode : null;
        Digest? linkedOver = null;
        if (known is null)
        {
            var lowers = await LowersAsync(source, cancellationToken);
            CopyForeignLinks(lowers, unpacker, staging, cancellationToken);
            linkedOver = StackDigest(lowers);
        }

        var implied = unpacker.FinishFolders(cancellationToken);
        var (checksum, inodes) = (0UL, 0L);
        await OwnThread.RunAsync("layer checksum", () => checksum = TreeChecksum.Of(Path.Combine(staging, TreeName), out inodes, known, cancellationToken));
        return new LayerRecord
        {
            DiffId = source.DiffId,
            BlobDigest = source.Blob.Digest,
            BlobSizeBytes = source.Blob.SizeBytes,
            SizeBytes = unpacker.SizeBytes,
            Inodes = inodes,
            HidesLowers = unpacker.HidesLowers,
            ImpliedFolders = implied,
            LinkedOver = linkedOver,
            TreeChecksum = checksum,
        };
    }

    private void CopyForeignLinks(IReadOnlyList<DiffId> bottomFirst, LayerUnpacker unpacker, string staging, CancellationToken cancellationToken)
    {
        var lowers = Stack(bottomFirst);
        if (lowers.Count == 0)
        {
            unpacker.CopyForeignLinks(lowers: null, cancellationToken);
            return;
        }

        using var view = LowerView.Mount([.. lowers.Select(lower => TreePath(lower.DiffId))], staging);
        unpacker.CopyForeignLinks(view.Tree, cancellationToken);
    }

    /// <returns>The layer that is here: another may have been done first.</returns>
    private LayerRecord Commit(LayerRecord record, string staging)
    {
        WriteUnsynced(record, staging);
        MakeWay(record.DiffId);
        lock (_commits)
        {
            if (Find(record.DiffId) is { } present)
            {
                return Reuse(present, record.LinkedOver);
            }

            HostPath.Rename(staging, FolderOf(record.DiffId));
            Remember(record, isUnsynced: true);
        }

        return record;
    }

    /// <returns>null for what goes on as it is: cancellation, and failures of the caller's own stream.</returns>
    private RuntimeException? ToRuntimeException(Exception failure, DiffId diffId)
    {
        var stage = $"unpacking layer {diffId} into {_folder}";
        return failure switch
        {
            RuntimeException known => new RuntimeException(known.Kind, $"{stage}: {known.Message}", known),
            LinuxException { ErrorNumber: Errno.ENOSPC or Errno.EDQUOT } => new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"{stage}: no space (or no inode) is left: remove images or enlarge the file system ({failure.Message})",
                failure),
            LinuxException => new RuntimeException(ErrorKind.Internal, $"{stage}: {failure.Message}", failure),
            InvalidDataException => new RuntimeException(ErrorKind.DataLoss, $"{stage}: the layer is malformed: {failure.Message}", failure),
            NotSupportedException => new RuntimeException(ErrorKind.Unimplemented, $"{stage}: {failure.Message}", failure),
            _ => null,
        };
    }
}
