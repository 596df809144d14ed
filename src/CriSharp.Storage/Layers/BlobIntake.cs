using System.IO.Pipelines;
using System.Security.Cryptography;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

/// <summary>The first stage: takes the blob's bytes as they arrive, counts and hashes them, and hands them on.</summary>
internal static class BlobIntake
{
    private const int ReadBytes = 64 * 1024;

    /// <exception cref="RuntimeException">DataLoss: size or digest is not what the descriptor says. The pipe is completed with it.</exception>
    public static async Task RunAsync(LayerSource source, PipeWriter pipe, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(source, pipe, progress, cancellationToken);
            await pipe.CompleteAsync();
        }
        catch (Exception failure)
        {
            await pipe.CompleteAsync(new StageFailedException(failure));
            throw;
        }
    }

    public static IncrementalHash HashFor(Digest digest) =>
        IncrementalHash.CreateHash(digest.Algorithm == Digest.Sha512 ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    private static async Task CopyAsync(LayerSource source, PipeWriter pipe, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var blob = source.Blob;
        using var hash = HashFor(blob.Digest);
        var total = 0L;
        var isWanted = true;
        while (true)
        {
            var memory = pipe.GetMemory(ReadBytes);
            var count = await source.Content.ReadAsync(memory, cancellationToken);
            if (count == 0)
            {
                break;
            }

            total += count;
            if (total > blob.SizeBytes)
            {
                throw new RuntimeException(ErrorKind.DataLoss, $"blob {blob.Digest} is longer than the {blob.SizeBytes} bytes that the manifest says");
            }

            hash.AppendData(memory.Span[..count]);
            progress?.Report(total);
            // Once the decompressor has its end it closes the pipe; bytes after that still count for the digest.
            if (isWanted)
            {
                pipe.Advance(count);
                isWanted = !(await pipe.FlushAsync(cancellationToken)).IsCompleted;
            }
        }

        if (total != blob.SizeBytes)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"blob {blob.Digest} ended after {total} bytes; the manifest says {blob.SizeBytes}");
        }

        var actual = Digest.FromHash(hash.GetHashAndReset());
        if (actual != blob.Digest)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"blob {blob.Digest} has the digest {actual}: it was changed on its way or in the registry");
        }
    }
}
