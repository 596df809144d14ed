using System.Buffers;
using System.Collections.Concurrent;

namespace CriSharp.Storage.Layers;

/// <summary>
/// A few blocks of the uncompressed tar between the thread that makes them and the one that unpacks them.
/// Each side waits for the other until the token fires; the maker completes the queue however it ends, so nobody waits for ever.
/// </summary>
internal sealed class BlockQueue(CancellationToken abort) : ByteSource
{
    public const int BlockBytes = 128 * 1024;
    private const int Depth = 4;
    private readonly BlockingCollection<ArraySegment<byte>> _blocks = new(Depth);
    private volatile Exception? _failure;
    private byte[]? _lent;

    /// <param name="block">Rented from the shared pool; the queue's from here on.</param>
    public void Add(ArraySegment<byte> block) => _blocks.Add(block, abort);

    /// <param name="failure">What the reader gets at the end instead of an end.</param>
    public void Complete(Exception? failure)
    {
        _failure = failure;
        _blocks.CompleteAdding();
    }

    /// <summary>Only after both sides have ended.</summary>
    public override void Dispose()
    {
        GiveBack();
        while (_blocks.TryTake(out var block))
        {
            ArrayPool<byte>.Shared.Return(block.Array!);
        }

        _blocks.Dispose();
        base.Dispose();
    }

    protected override ReadOnlyMemory<byte> NextBlock()
    {
        GiveBack();
        if (_blocks.TryTake(out var block, Timeout.Infinite, abort))
        {
            _lent = block.Array;
            return block;
        }

        return _failure is { } failure ? throw new StageFailedException(failure) : ReadOnlyMemory<byte>.Empty;
    }

    private void GiveBack()
    {
        if (_lent is not null)
        {
            ArrayPool<byte>.Shared.Return(_lent);
            _lent = null;
        }
    }
}

/// <summary>Another stage of the unpacking failed and has told why.</summary>
internal sealed class StageFailedException(Exception cause) : Exception("an earlier stage failed", cause);
