using System.Buffers.Binary;
using System.Text;

namespace CriSharp.MonitorProtocol;

/// <summary>Reads one packet's fields in order; a packet that ends early is a <see cref="FormatException"/>, more at the end is ignored.</summary>
internal ref struct MessageReader(ReadOnlySpan<byte> packet)
{
    private ReadOnlySpan<byte> _rest = packet[MonitorMessage.HeaderBytes..];

    public byte ReadByte() => Take(1)[0];

    /// <summary>A field that packets did not always have: 0 then.</summary>
    public byte ReadLaterByte() => _rest.IsEmpty ? (byte)0 : ReadByte();

    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    public string ReadText() => Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadUInt16LittleEndian(Take(sizeof(ushort)))));

    public string[] ReadTexts()
    {
        var count = ReadInt32();
        if (count < 0 || count > _rest.Length / sizeof(ushort))
        {
            throw new FormatException($"a monitor's packet claims {count} texts in {_rest.Length} bytes");
        }

        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            texts[i] = ReadText();
        }

        return texts;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new FormatException("a monitor's packet ends early");
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
