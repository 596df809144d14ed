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
    private readonly BlockingCollection<(IMemoryOwner<byte> Block, int Count)> _blocks = new(Depth);
    private volatile Exception? _failure;
    private IMemoryOwner<byte>? _lent;

    /// <param name="block">The queue's from here on, also where it can't be added.</param>
    /// <param name="count">How much of it is full.</param>
    public void Add(IMemoryOwner<byte> block, int count)
    {
        try
        {
            _blocks.Add((block, count), abort);
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

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
        while (_blocks.TryTake(out var next))
        {
            next.Block.Dispose();
        }

        _blocks.Dispose();
        base.Dispose();
    }

    protected override ReadOnlyMemory<byte> NextBlock()
    {
        GiveBack();
        if (_blocks.TryTake(out var next, Timeout.Infinite, abort))
        {
            _lent = next.Block;
            return _lent.Memory[..next.Count];
        }

        return _failure is { } failure ? throw new StageFailedException(failure) : ReadOnlyMemory<byte>.Empty;
    }

    private void GiveBack()
    {
        _lent?.Dispose();
        _lent = null;
    }
}

/// <summary>Another stage of the unpacking failed and has told why.</summary>
internal sealed class StageFailedException(Exception cause) : Exception("an earlier stage failed", cause);
