namespace CriSharp.MonitorProtocol;

/// <summary>
/// <see cref="MessageType.Attach"/>: <c>u8 streams</c>, and one descriptor of a pipe per stream named: for stdin the end to read, for stdout
/// and stderr the ends to write. What a pipe holds is all that waits for a client: the monitor keeps nothing for it.
/// Answered by Ok, or Failed. Exited follows when the container ends, or LetGo when the client is let go before.
/// </summary>
public readonly record struct AttachMessage(StandardStreams Streams)
{
    public int Write(Span<byte> packet)
    {
        var writer = new MessageWriter(packet, MessageType.Attach);
        writer.WriteByte((byte)Streams);
        return writer.Length;
    }

    /// <exception cref="FormatException">The packet ends early, or names no stream, or an unknown one.</exception>
    public static AttachMessage Read(ReadOnlySpan<byte> packet)
    {
        const StandardStreams All = StandardStreams.Stdin | StandardStreams.Stdout | StandardStreams.Stderr;
        var reader = new MessageReader(packet);
        var streams = (StandardStreams)reader.ReadByte();
        return streams != StandardStreams.None && (streams & ~All) == 0
            ? new AttachMessage(streams)
            : throw new FormatException($"an attach to streams {(byte)streams} is not allowed");
    }
}
