namespace CriSharp.MonitorProtocol;

/// <summary><see cref="MessageType.ExecExited"/>: <c>u32 code, u32 signal or 0, u8 timed out</c>. Sent when the exec's process has ended and its cgroup is gone.</summary>
/// <param name="ExitCode">The process's own code, or 128 + signal.</param>
/// <param name="Signal">Null when it ended by itself.</param>
/// <param name="TimedOut">The monitor killed it because its time was over.</param>
public readonly record struct ExecExitMessage(int ExitCode, int? Signal, bool TimedOut)
{
    public int Write(Span<byte> packet)
    {
        var writer = new MessageWriter(packet, MessageType.ExecExited);
        writer.WriteInt32(ExitCode);
        writer.WriteInt32(Signal ?? 0);
        writer.WriteByte(TimedOut ? (byte)1 : (byte)0);
        return writer.Length;
    }

    /// <exception cref="FormatException">The packet ends early.</exception>
    public static ExecExitMessage Read(ReadOnlySpan<byte> packet)
    {
        var reader = new MessageReader(packet);
        var code = reader.ReadInt32();
        var signal = reader.ReadInt32();
        return new ExecExitMessage(code, signal == 0 ? null : signal, reader.ReadByte() != 0);
    }
}
