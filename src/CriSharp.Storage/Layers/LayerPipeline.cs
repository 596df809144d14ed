using System.Buffers;
using System.IO.Pipelines;
using CriSharp.Linux.Files;
using CriSharp.Linux.Memory;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Layers;

/// <summary>
/// One pass from the blob's bytes to a tree:
/// (1) the caller's task reads the network, counts and hashes the blob; (2) a thread decompresses and hashes the tar; (3) a thread reads the tar and writes files.
/// Bounded buffers lie between them. The first stage that fails ends the others; its failure is what is told.
/// </summary>
internal sealed class LayerPipeline(LayerSource source, LayerLimits limits) : IDisposable
{
    private const int PipeBytes = 512 * 1024;
    private readonly CancellationTokenSource _abort = new();
    private Exception? _firstFailure;

    /// <param name="unpacker">Made over the tar's bytes; runs on the thread of stage 3.</param>
    /// <exception cref="OperationCanceledException">The caller's token fired; all stages have ended.</exception>
    public async Task<LayerUnpacker> RunAsync(DirectoryTree tree, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        // The token of the stages fires when the caller's does, or when a stage has failed.
        await using var registration = cancellationToken.Register(_abort.Cancel);
        using var memory = new MappedBlocks(BlockQueue.BlockBytes);
        var pipe = new Pipe(new PipeOptions(
            memory, pauseWriterThreshold: PipeBytes, resumeWriterThreshold: PipeBytes / 2, useSynchronizationContext: false, minimumSegmentSize: BlockQueue.BlockBytes));
        using var blocks = new BlockQueue(_abort.Token);
        var unpacker = new LayerUnpacker(tree, new TarReader(blocks, limits), limits);
        var intake = WatchAsync(Task.Run(() => BlobIntake.RunAsync(source, pipe.Writer, progress, _abort.Token), CancellationToken.None));
        var decompression = WatchAsync(DecompressAsync(pipe.Reader, blocks, memory));
        var unpacking = WatchAsync(OwnThread.RunAsync("layer unpack", () => unpacker.UnpackEntries(_abort.Token)));
        await Task.WhenAll(intake, decompression, unpacking);
        if (_firstFailure is null)
        {
            return unpacker;
        }

        unpacker.Dispose();
        cancellationToken.ThrowIfCancellationRequested();
        System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_firstFailure);
        throw _firstFailure;
    }

    public void Dispose() => _abort.Dispose();

    private async Task DecompressAsync(PipeReader reader, BlockQueue blocks, MappedBlocks memory)
    {
        Exception? failure = null;
        try
        {
            var compression = await CompressionDetection.DetectAsync(reader, _abort.Token);
            await OwnThread.RunAsync("layer decompress", () => Decompress(compression, reader, blocks, memory));
        }
        catch (Exception exception)
        {
            failure = exception;
            throw;
        }
        finally
        {
            blocks.Complete(failure);
            await reader.CompleteAsync();
        }
    }

    private void Decompress(Compression compression, PipeReader reader, BlockQueue blocks, MappedBlocks memory)
    {
        using var blob = reader.AsStream(leaveOpen: true);
        using var tar = CompressionDetection.Open(compression, blob);
        using var hash = BlobIntake.HashFor(source.DiffId.Digest);
        var total = 0L;
        while (true)
        {
            _abort.Token.ThrowIfCancellationRequested();
            var block = memory.Rent();
            var count = Fill(block, tar);
            total += count;
            if (count == 0)
            {
                break;
            }

            hash.AppendData(block.Memory.Span[..count]);
            blocks.Add(block, count);
            if (total > limits.TarBytes)
            {
                throw new RuntimeException(ErrorKind.ResourceExhausted, $"it unfolds to more than the {limits.TarBytes} bytes allowed");
            }
        }

        var actual = Digest.FromHash(hash.GetHashAndReset());
        if (actual != source.DiffId.Digest)
        {
            throw new RuntimeException(ErrorKind.DataLoss, $"its uncompressed bytes have the digest {actual}: the image's config and its manifest don't belong together");
        }
    }

    /// <returns>How many bytes; at the end 0, and the block is given back.</returns>
    private static int Fill(IMemoryOwner<byte> block, Stream tar)
    {
        var count = 0;
        try
        {
            count = tar.ReadAtLeast(block.Memory.Span, BlockQueue.BlockBytes, throwOnEndOfStream: false);
            return count;
        }
        finally
        {
            if (count == 0)
            {
                block.Dispose();
            }
        }
    }

    private async Task WatchAsync(Task stage)
    {
        try
        {
            await stage;
        }
        catch (Exception failure)
        {
            var cause = failure;
            while (cause is StageFailedException { InnerException: { } inner })
            {
                cause = inner;
            }

            // Later ones fail because this one ended them.
            Interlocked.CompareExchange(ref _firstFailure, cause, null);
            await _abort.CancelAsync();
        }
    }
}
