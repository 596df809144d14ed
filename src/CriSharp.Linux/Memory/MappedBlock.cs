using System.Buffers;

namespace CriSharp.Linux.Memory;

/// <summary>One lent block. It can't be used after it was given back.</summary>
internal sealed unsafe class MappedBlock(MappedBlocks blocks, nint address, int bytes) : MemoryManager<byte>
{
    private nint _address = address;

    public override Span<byte> GetSpan() => new((void*)Address, bytes);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)bytes);
        return new MemoryHandle((byte*)Address + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        var given = Interlocked.Exchange(ref _address, 0);
        if (given != 0)
        {
            blocks.GiveBack(given);
        }
    }

    private nint Address => _address is not 0 and var lent ? lent : throw new ObjectDisposedException(nameof(MappedBlock));
}
