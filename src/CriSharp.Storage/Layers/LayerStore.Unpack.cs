using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

public sealed partial class LayerStore
{
    /// <summary>
    /// Unpacks a layer in one pass while its blob arrives; size, digest and DiffId are verified before anybody sees it.
    /// A layer that is there already is returned at once, and one that another caller is unpacking is awaited, without reading the source.
    /// </summary>
    /// <param name="transferredBytes">Told how many bytes of the blob have come, on any thread.</param>
    /// <param name="cancellationToken">Ends this call; nothing of the layer is left, and a caller who waits for it starts from its own source.</param>
    /// <exception cref="RuntimeException">DataLoss: not what its digests say, or a malformed tar. ResourceExhausted: no space, or beyond a limit.
    /// Unimplemented: a compression that we don't know.</exception>
    public async Task<LayerRecord> UnpackAsync(LayerSource source, IProgress<long>? transferredBytes, CancellationToken cancellationToken)
    {
        using var held = await _locks.LockAsync(source.DiffId, cancellationToken);
        if (Find(source.DiffId) is { } present)
        {
            return present;
        }

        var staging = NewStagingPath();
        try
        {
            HostPath.MakeDirectories(Path.Combine(staging, TreeName), Permissions.PrivateFolder);
            var record = await UnpackIntoAsync(source, staging, transferredBytes, cancellationToken);
            Commit(record, staging);
            return record;
        }
        catch (Exception failure) when (ToRuntimeException(failure, source.DiffId) is { } translated)
        {
            throw translated;
        }
        finally
        {
            TreeRemoval.Remove(staging);
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
        if (known is null)
        {
            await CopyForeignLinksAsync(source, unpacker, staging, cancellationToken);
        }

        var implied = unpacker.FinishFolders(cancellationToken);
        var checksum = 0UL;
        await OwnThread.RunAsync("layer checksum", () => checksum = TreeChecksum.Of(Path.Combine(staging, TreeName), known, cancellationToken));
        return new LayerRecord
        {
            DiffId = source.DiffId,
            BlobDigest = source.Blob.Digest,
            BlobSizeBytes = source.Blob.SizeBytes,
            SizeBytes = unpacker.SizeBytes,
            Inodes = unpacker.Inodes,
            HidesLowers = unpacker.HidesLowers,
            ImpliedFolders = implied,
            TreeChecksum = checksum,
        };
    }

    private async Task CopyForeignLinksAsync(LayerSource source, LayerUnpacker unpacker, string staging, CancellationToken cancellationToken)
    {
        var lowers = source.LowersAsync is null ? [] : Stack(await source.LowersAsync(cancellationToken));
        if (lowers.Count == 0)
        {
            unpacker.CopyForeignLinks(lowers: null, cancellationToken);
            return;
        }

        using var view = LowerView.Mount([.. lowers.Select(lower => TreePath(lower.DiffId))], staging);
        unpacker.CopyForeignLinks(view.Tree, cancellationToken);
    }

    private void Commit(LayerRecord record, string staging)
    {
        WriteUnsynced(record, staging);
        HostPath.Rename(staging, FolderOf(record.DiffId));
        lock (_gate)
        {
            _table.Set(record);
            _unsynced.Add(record.DiffId);
        }
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
