using System.Buffers;
using System.Buffers.Binary;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// One direction's zlib stream (RFC 1950) whose blocks are all stored (RFC 1951, 3.2.4): headers are a handful of bytes, and a compressor
/// would take a quarter of a megabyte per connection.
/// </summary>
internal sealed class HeaderDeflater
{
    private const int LongestStored = ushort.MaxValue;

    private bool _hasBegun;

    /// <summary>Ends with an empty stored block, at which a receiver gives out all that it has, as after Z_SYNC_FLUSH.</summary>
    public void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> block)
    {
        if (!_hasBegun)
        {
            // CMF: deflate, 32 KiB window. FLG: with a dictionary, and divisible by 31.
            ReadOnlySpan<byte> head = [0x78, 0xBB];
            output.Write(head);
            BinaryPrimitives.WriteUInt32BigEndian(output.GetSpan(sizeof(uint)), HeaderDictionary.Id);
            output.Advance(sizeof(uint));
            _hasBegun = true;
        }

        for (; !block.IsEmpty; block = block[Math.Min(block.Length, LongestStored)..])
        {
            WriteStored(output, block[..Math.Min(block.Length, LongestStored)]);
        }

        WriteStored(output, []);
    }

    internal static void WriteStored(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes)
    {
        var head = output.GetSpan(5);
        head[0] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[1..], (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[3..], (ushort)~bytes.Length);
        output.Advance(5);
        output.Write(bytes);
    }
}
