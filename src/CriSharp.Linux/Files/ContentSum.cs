namespace CriSharp.Linux.Files;

/// <summary>What a file holds, as <see cref="TreeChecksum"/> counts it: a sum over its pages. Pages of zeros count nothing, so it does not matter which of them are holes.</summary>
public struct ContentSum
{
    internal const int PageBytes = 4096;

    private ulong _sum;
    private long _position;
    private uint _crc;
    private bool _isZero;

    public ContentSum() => BeginPage();

    /// <summary>Takes the file's next bytes, in whatever portions.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var part = bytes[..(int)Math.Min(PageBytes - (_position % PageBytes), bytes.Length)];
            _isZero = _isZero && !part.ContainsAnyExcept((byte)0);
            _crc = Crc32C.Update(_crc, part);
            _position += part.Length;
            bytes = bytes[part.Length..];
            if (_position % PageBytes == 0)
            {
                EndPage(_position - PageBytes);
            }
        }
    }

    /// <summary>A hole up to here. Holes begin and end where pages do, or at the file's end.</summary>
    internal void SkipTo(long offset)
    {
        FinishPage();
        _position = offset;
    }

    public ulong Finish()
    {
        FinishPage();
        return _sum;
    }

    // The finalizer of splitmix64: sums of plain CRCs would let two errors cancel each other.
    internal static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return value ^ (value >> 31);
    }

    private void FinishPage()
    {
        if (_position % PageBytes != 0)
        {
            EndPage(_position - (_position % PageBytes));
            // Not twice.
            _position += PageBytes - (_position % PageBytes);
        }
    }

    private void EndPage(long start)
    {
        if (!_isZero)
        {
            _sum += Mix(((ulong)(start / PageBytes) << 32) ^ Crc32C.Finish(_crc));
        }

        BeginPage();
    }

    private void BeginPage() => (_crc, _isZero) = (Crc32C.Start, true);
}
