using System.Buffers;

namespace CriSharp.Linux.Memory;

/// <summary>
/// Blocks of memory of one size straight from the kernel, for work that comes in bursts: what the garbage collector has once taken for buffers it keeps.
/// Blocks that were given back are lent again; all go back to the kernel when this is disposed of, those still lent then when they are given back.
/// </summary>
/// <param name="blockBytes">A multiple of a page.</param>
public sealed class MappedBlocks(int blockBytes) : MemoryPool<byte>
{
    private readonly Lock _gate = new();
    private readonly Stack<nint> _free = new();
    private bool _isOver;

    public override int MaxBufferSize => blockBytes;

    /// <param name="minBufferSize">At most a block; -1: a block.</param>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockBytes);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isOver, this);
            return new MappedBlock(this, _free.TryPop(out var address) ? address : Mapping.Map(blockBytes), blockBytes);
        }
    }

    internal void GiveBack(nint address)
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _free.Push(address);
                return;
            }
        }

        Mapping.Unmap(address, blockBytes);
    }

    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _isOver = true;
            while (_free.TryPop(out var address))
            {
                Mapping.Unmap(address, blockBytes);
            }
        }
    }
}
