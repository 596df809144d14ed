namespace CriSharp.MonitorProtocol;

/// <summary>
/// One packet of a monitor's socket (SOCK_SEQPACKET keeps packets apart): <c>u8 version, u8 type, fields</c>. Fields are little-endian
/// u32 and u64, and strings as u16 length + UTF-8. This type holds what all packets share and those that have no or one field.
/// </summary>
public static class MonitorMessage
{
    public const byte Version = 1;

    /// <summary>
    /// What a monitor knows beyond the first of its version, told in its state: a monitor lives as long as its container, and so may be older
    /// than the daemon. 1: attach and resize.
    /// </summary>
    public const byte Revision = 1;

    public const int LongestBytes = 64 * 1024;
    public const int HeaderBytes = 2;

    private const int LongestFailureCharacters = 8 * 1024;

    /// <exception cref="FormatException">Too short, too long, or of another version.</exception>
    public static MessageType TypeOf(ReadOnlySpan<byte> packet)
    {
        if (packet.Length is < HeaderBytes or > LongestBytes)
        {
            throw new FormatException($"a monitor's packet has {packet.Length} bytes: {HeaderBytes} to {LongestBytes} are expected");
        }

        return packet[0] == Version
            ? (MessageType)packet[1]
            : throw new FormatException($"a monitor's packet has version {packet[0]}: this program speaks version {Version}");
    }

    /// <summary>Watch, ReopenLog, KillExec, Ok.</summary>
    /// <returns>The packet's length in <paramref name="packet"/>.</returns>
    public static int WriteBare(Span<byte> packet, MessageType type) => new MessageWriter(packet, type).Length;

    /// <summary>Failed, ExecFailed and LetGo: why.</summary>
    public static int WriteFailure(Span<byte> packet, MessageType type, string message)
    {
        var writer = new MessageWriter(packet, type);
        writer.WriteText(message.Length <= LongestFailureCharacters ? message : message[^LongestFailureCharacters..]);
        return writer.Length;
    }

    public static string ReadFailure(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        return reader.ReadText();
    }

    /// <summary>ExecStarted: the pid of the exec's process in the monitor's PID namespace.</summary>
    public static int WriteExecStarted(Span<byte> packet, int pid)
    {
        var writer = new MessageWriter(packet, MessageType.ExecStarted);
        writer.WriteInt32(pid);
        return writer.Length;
    }

    public static int ReadExecStarted(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        return reader.ReadInt32();
    }
}
