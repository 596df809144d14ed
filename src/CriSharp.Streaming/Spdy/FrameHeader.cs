using System.Buffers.Binary;

namespace CriSharp.Streaming.Spdy;

/// <summary>
/// The eight bytes before each frame's content.
/// <code>
/// control: 1 | version 15 | type 16 | flags 8 | length 24
/// data:    0 | stream id 31         | flags 8 | length 24
/// </code>
/// </summary>
internal readonly record struct FrameHeader(uint First, byte Flags, int Length)
{
    public const int Bytes = 8;
    public const int LongestContent = 0xFFFFFF;

    /// <summary>On SYN_STREAM, SYN_REPLY, HEADERS and data: the sender's half is closed.</summary>
    public const byte Fin = 1;

    /// <summary>On SYN_STREAM: the receiver's half is closed.</summary>
    public const byte Unidirectional = 2;

    private const uint ControlBit = 0x80000000;
    private const uint SpdyVersion = 3;

    public bool IsControl => (First & ControlBit) != 0;

    public bool IsOfOurVersion => ((First & ~ControlBit) >> 16) == SpdyVersion;

    public FrameType Type => (FrameType)(First & 0xFFFF);

    public int StreamId => (int)First;

    public bool IsFin => (Flags & Fin) != 0;

    public static FrameHeader Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt32BigEndian(bytes), bytes[4], (int)(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) & LongestContent));

    public static void WriteControl(Span<byte> bytes, FrameType type, byte flags, int length) =>
        Write(bytes, ControlBit | (SpdyVersion << 16) | (uint)type, flags, length);

    public static void WriteData(Span<byte> bytes, int streamId, byte flags, int length) => Write(bytes, (uint)streamId, flags, length);

    private static void Write(Span<byte> bytes, uint first, byte flags, int length)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, first);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], ((uint)flags << 24) | (uint)length);
    }
}
