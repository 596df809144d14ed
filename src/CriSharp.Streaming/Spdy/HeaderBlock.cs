using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// Names and values before compression: a count, then for each header the length and bytes of its name and of its value, all lengths 32 bits
/// big endian. Several values of one name are separated by NUL. Draft 3, 2.6.10.
/// </summary>
internal static class HeaderBlock
{
    public const int MostHeaders = 1000;
    public const int LongestField = 1024 * 1024;

    /// <summary>Of a whole block: a little more than one longest field.</summary>
    public const int LongestBlock = 2 * LongestField;

    public static IReadOnlyDictionary<string, string> None { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <exception cref="SpdyException">Not a block of headers, or over a limit.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> block)
    {
        var count = ReadLength(ref block, MostHeaders, "headers");
        if (count == 0 && block.IsEmpty)
        {
            return None;
        }

        var headers = new Dictionary<string, string>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var name = ReadField(ref block);
            if (name.Length == 0 || name.AsSpan().ContainsAnyInRange('A', 'Z'))
            {
                throw new SpdyException("a header's name is empty or not in lower case");
            }

            if (!headers.TryAdd(name, ReadField(ref block)))
            {
                throw new SpdyException("a header is there twice");
            }
        }

        return block.IsEmpty ? headers : throw new SpdyException("a header block is longer than its headers");
    }

    public static void Write(IBufferWriter<byte> block, IReadOnlyDictionary<string, string> headers)
    {
        WriteLength(block, headers.Count);
        foreach (var (name, value) in headers)
        {
            WriteField(block, name);
            WriteField(block, value);
        }
    }

    private static string ReadField(ref ReadOnlySpan<byte> block)
    {
        var length = ReadLength(ref block, LongestField, "bytes of a header");
        if (length > block.Length)
        {
            throw new SpdyException("a header block is shorter than its headers");
        }

        var field = Encoding.Latin1.GetString(block[..length]);
        block = block[length..];
        return field;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> block, int most, string of)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(block, out var length))
        {
            throw new SpdyException("a header block is shorter than its headers");
        }

        block = block[sizeof(uint)..];
        return length <= most ? (int)length : throw new SpdyException($"{length} {of}, of which {most} are allowed");
    }

    private static void WriteField(IBufferWriter<byte> block, string field)
    {
        WriteLength(block, field.Length);
        Encoding.Latin1.GetBytes(field, block);
    }

    private static void WriteLength(IBufferWriter<byte> block, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(block.GetSpan(sizeof(int)), length);
        block.Advance(sizeof(int));
    }
}
