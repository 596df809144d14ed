using System.Buffers;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

/// <summary>A blob that is no tar but a file of its own, as artifacts have them: becomes a layer of this one file, with the folders of its path.</summary>
internal sealed class FileIntake(LayerSource source, string fileName, LayerLimits limits)
{
    private const int BufferBytes = 1 << 20;

    /// <param name="treePath">An empty folder.</param>
    /// <exception cref="RuntimeException">DataLoss: size or digest is not what the descriptor says. ResourceExhausted: beyond a limit.</exception>
    public async Task<LayerRecord> RunAsync(string treePath, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (source.Blob.SizeBytes > limits.FileBytes)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"the file \"{fileName}\" has {source.Blob.SizeBytes} bytes, and {limits.FileBytes} are allowed");
        }

        using var tree = DirectoryTree.Open(treePath, PathResolution.Strict);
        FileDescriptor.Chmod(tree.Root, Permissions.PublicFolder);
        var inodes = 2 + MakeFolders(tree);
        await WriteAsync(tree, inodes, progress, cancellationToken);
        return new LayerRecord
        {
            DiffId = source.DiffId,
            BlobDigest = source.Blob.Digest,
            BlobSizeBytes = source.Blob.SizeBytes,
            SizeBytes = source.Blob.SizeBytes,
            Inodes = inodes,
            FileName = fileName,
        };
    }

    private long MakeFolders(DirectoryTree tree)
    {
        var slash = fileName.LastIndexOf('/');
        var made = 0L;
        if (slash > 0)
        {
            using var folder = tree.MakeDirectories(fileName[..slash], Permissions.PublicFolder, (_, one) =>
            {
                FileDescriptor.Chmod(one, Permissions.PublicFolder);
                made++;
            });
        }

        return made;
    }

    private async Task WriteAsync(DirectoryTree tree, long inodes, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var hash = BlobIntake.HashFor(source.Blob.Digest);
        using var file = tree.CreateFile(fileName, Permissions.PublicFile);
        FileDescriptor.Chmod(file, Permissions.PublicFile);
        var guard = new FreeSpaceGuard(tree.Root, limits);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        var total = 0L;
        try
        {
            for (int count; (count = await source.Content.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                total += count;
                if (total > source.Blob.SizeBytes)
                {
                    throw new RuntimeException(ErrorKind.DataLoss, $"blob {source.Blob.Digest} is longer than the {source.Blob.SizeBytes} bytes that the manifest says");
                }

                hash.AppendData(buffer, 0, count);
                guard.Keep(count, total, inodes);
                FileDescriptor.WriteAll(file, buffer.AsSpan(0, count));
                progress?.Report(total);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        var actual = Digest.FromHash(hash.GetHashAndReset());
        if (total != source.Blob.SizeBytes || actual != source.Blob.Digest)
        {
            throw new RuntimeException(
                ErrorKind.DataLoss, $"blob {source.Blob.Digest} has {total} bytes with the digest {actual}; the manifest says {source.Blob.SizeBytes} bytes: it was changed on its way or in the registry");
        }
    }
}
