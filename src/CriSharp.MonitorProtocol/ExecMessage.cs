namespace CriSharp.MonitorProtocol;

/// <summary>
/// <see cref="MessageType.Exec"/>: <c>u8 streams, u8 0, u32 timeout, text id, text process file, texts cgroup folders,
/// texts runtime arguments</c>, and one descriptor per stream named. Answered by ExecStarted (then ExecExited) or ExecFailed.
/// </summary>
public sealed record ExecMessage
{
    /// <summary>Names the session's files; letters, digits, '-', '_' and '.'; at most 128 long.</summary>
    public required string ExecId { get; init; }

    /// <summary>File with the OCI process document, written by the daemon, which also removes it.</summary>
    public required string ProcessPath { get; init; }

    /// <summary>The others are /dev/null. None for a terminal, which comes through the console socket that the runtime's arguments name.</summary>
    public StandardStreams Streams { get; init; }

    /// <summary>From the packet's arrival until everything is killed, in milliseconds; 0: never.</summary>
    public int TimeoutMilliseconds { get; init; }

    /// <summary>Absolute folders, one per hierarchy: made, killed when the exec ends or its time is over, and removed by the monitor.</summary>
    public IReadOnlyList<string> CgroupDirectories { get; init; } = [];

    /// <summary>Placed after the verb, e.g. --cgroup X.</summary>
    public IReadOnlyList<string> RuntimeExecArguments { get; init; } = [];

    /// <exception cref="FormatException">It does not fit into one packet.</exception>
    public int Write(Span<byte> packet)
    {
        var writer = new MessageWriter(packet, MessageType.Exec);
        writer.WriteByte((byte)Streams);
        writer.WriteByte(0);
        writer.WriteInt32(TimeoutMilliseconds);
        writer.WriteText(ExecId);
        writer.WriteText(ProcessPath);
        writer.WriteTexts(CgroupDirectories);
        writer.WriteTexts(RuntimeExecArguments);
        return writer.Length;
    }

    /// <exception cref="FormatException">The packet ends early, or the id could not be a file's name.</exception>
    public static ExecMessage Read(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        var streams = (StandardStreams)reader.ReadByte();
        reader.ReadByte();
        var message = new ExecMessage
        {
            Streams = streams,
            TimeoutMilliseconds = reader.ReadInt32(),
            ExecId = reader.ReadText(),
            ProcessPath = reader.ReadText(),
            CgroupDirectories = reader.ReadTexts(),
            RuntimeExecArguments = reader.ReadTexts(),
        };
        return IsFileName(message.ExecId) && message.TimeoutMilliseconds >= 0
            ? message
            : throw new FormatException($"an exec's id '{message.ExecId}' or time limit {message.TimeoutMilliseconds} is not allowed");
    }

    private static bool IsFileName(string id)
    {
        foreach (var c in id)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.'))
            {
                return false;
            }
        }

        return id.Length is > 0 and <= 128 && id[0] != '.';
    }
}
