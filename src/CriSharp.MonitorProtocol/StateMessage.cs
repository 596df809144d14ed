namespace CriSharp.MonitorProtocol;

/// <summary>
/// <see cref="MessageType.State"/> and <see cref="MessageType.Exited"/>: <c>u32 pid, u8 exited, [u32 code, u32 signal or 0, u8 oom,
/// u64 finished ns, u64 lost log bytes], u8 revision</c>. When <see cref="Exit"/> is there, it lies durably in the exit file already.
/// </summary>
/// <param name="ContainerPid">The container's init; stale once it has exited.</param>
/// <param name="Exit">Null while it lives.</param>
public readonly record struct StateMessage(int ContainerPid, ExitRecord? Exit)
{
    /// <summary>The monitor's <see cref="MonitorMessage.Revision"/>; 0: from before there were any.</summary>
    public byte Revision { get; init; } = MonitorMessage.Revision;

    public int Write(Span<byte> packet, MessageType type)
    {
        var writer = new MessageWriter(packet, type);
        writer.WriteInt32(ContainerPid);
        writer.WriteByte(Exit is null ? (byte)0 : (byte)1);
        if (Exit is not null)
        {
            writer.WriteInt32(Exit.ExitCode);
            writer.WriteInt32(Exit.Signal ?? 0);
            writer.WriteByte(Exit.OutOfMemory ? (byte)1 : (byte)0);
            writer.WriteInt64(Exit.FinishedAtUnixNanoseconds);
            writer.WriteInt64(Exit.LostLogBytes);
        }

        writer.WriteByte(Revision);

        return writer.Length;
    }

    /// <exception cref="FormatException">The packet ends early.</exception>
    public static StateMessage Read(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        var pid = reader.ReadInt32();
        if (reader.ReadByte() == 0)
        {
            return new StateMessage(pid, null) { Revision = reader.ReadLaterByte() };
        }

        var code = reader.ReadInt32();
        var signal = reader.ReadInt32();
        var exit = new ExitRecord
        {
            ExitCode = code,
            Signal = signal == 0 ? null : signal,
            OutOfMemory = reader.ReadByte() != 0,
            FinishedAtUnixNanoseconds = reader.ReadInt64(),
            LostLogBytes = reader.ReadInt64(),
        };
        return new StateMessage(pid, exit) { Revision = reader.ReadLaterByte() };
    }
}
