namespace CriSharp.MonitorProtocol;

/// <summary><see cref="MessageType.Resize"/>: <c>u32 columns, u32 rows</c>, in characters, each 1 to 65535.</summary>
public readonly record struct ResizeMessage(int Columns, int Rows)
{
    public int Write(Span<byte> packet)
    {
        var writer = new MessageWriter(packet, MessageType.Resize);
        writer.WriteInt32(Columns);
        writer.WriteInt32(Rows);
        return writer.Length;
    }

    /// <exception cref="FormatException">The packet ends early, or no terminal can be of that size.</exception>
    public static ResizeMessage Read(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        var size = new ResizeMessage(reader.ReadInt32(), reader.ReadInt32());
        return IsSize(size.Columns) && IsSize(size.Rows)
            ? size
            : throw new FormatException($"a terminal of {size.Columns} x {size.Rows} characters is not allowed");
    }

    private static bool IsSize(int characters) => characters is > 0 and <= ushort.MaxValue;
}
