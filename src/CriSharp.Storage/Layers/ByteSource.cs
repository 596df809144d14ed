namespace CriSharp.Storage.Layers;

/// <summary>Bytes that come in blocks, handed out without copying them.</summary>
internal abstract class ByteSource : IDisposable
{
    private ReadOnlyMemory<byte> _rest;

    /// <summary>Bytes handed out so far: where a malformed archive is malformed.</summary>
    public long Position { get; private set; }

    /// <returns>At least one and at most so many bytes, valid until the next call; empty at the end.</returns>
    public ReadOnlySpan<byte> Take(long limit)
    {
        if (_rest.IsEmpty)
        {
            _rest = NextBlock();
        }

        var taken = _rest.Span[..(int)Math.Min(limit, _rest.Length)];
        _rest = _rest[taken.Length..];
        Position += taken.Length;
        return taken;
    }

    /// <returns>How many bytes were had; less than asked only at the end.</returns>
    public int Fill(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var taken = Take(buffer.Length - filled);
            if (taken.IsEmpty)
            {
                break;
            }

            taken.CopyTo(buffer[filled..]);
            filled += taken.Length;
        }

        return filled;
    }

    /// <returns>How many bytes were skipped; less than asked only at the end.</returns>
    public long Skip(long count)
    {
        var skipped = 0L;
        while (skipped < count)
        {
            var taken = Take(count - skipped);
            if (taken.IsEmpty)
            {
                break;
            }

            skipped += taken.Length;
        }

        return skipped;
    }

    public virtual void Dispose()
    {
    }

    /// <returns>The next block, empty at the end. The one before is not used any more.</returns>
    protected abstract ReadOnlyMemory<byte> NextBlock();
}
