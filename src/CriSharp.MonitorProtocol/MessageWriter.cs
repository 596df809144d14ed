using System.Buffers.Binary;
using System.Text;

namespace CriSharp.MonitorProtocol;

/// <summary>Writes one packet into a caller's buffer, which must be big enough (<see cref="MonitorMessage.LongestBytes"/> always is).</summary>
internal ref struct MessageWriter
{
    private readonly Span<byte> _packet;

    public MessageWriter(Span<byte> packet, MessageType type)
    {
        _packet = packet;
        _packet[0] = MonitorMessage.Version;
        _packet[1] = (byte)type;
        Length = MonitorMessage.HeaderBytes;
    }

    public int Length { get; private set; }

    public void WriteByte(byte value) => _packet[Length++] = value;

    public void WriteInt32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_packet[Length..], value);
        Length += sizeof(int);
    }

    public void WriteInt64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_packet[Length..], value);
        Length += sizeof(long);
    }

    /// <exception cref="FormatException">The packet would be too long.</exception>
    public void WriteText(string value)
    {
        var count = Encoding.UTF8.GetByteCount(value);
        if (count > ushort.MaxValue || Length + sizeof(ushort) + count > _packet.Length)
        {
            throw new FormatException($"a text of {count} bytes does not fit into a monitor's packet");
        }

        BinaryPrimitives.WriteUInt16LittleEndian(_packet[Length..], (ushort)count);
        Length += sizeof(ushort);
        Length += Encoding.UTF8.GetBytes(value, _packet[Length..]);
    }

    public void WriteTexts(IReadOnlyList<string> values)
    {
        WriteInt32(values.Count);
        foreach (var value in values)
        {
            WriteText(value);
        }
    }
}
