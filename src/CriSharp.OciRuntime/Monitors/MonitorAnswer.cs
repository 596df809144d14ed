using CriSharp.MonitorProtocol;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>One packet from a monitor, read: which fields are there depends on the type.</summary>
internal sealed record MonitorAnswer(MessageType Type)
{
    public StateMessage State { get; private init; }

    public ExecExitMessage ExecExit { get; private init; }

    public string? Failure { get; private init; }

    public static MonitorAnswer Read(ReadOnlySpan<byte> packet)
    {
        var type = MonitorMessage.TypeOf(packet);
        return type switch
        {
            MessageType.State or MessageType.Exited => new MonitorAnswer(type) { State = StateMessage.Read(packet) },
            MessageType.ExecExited => new MonitorAnswer(type) { ExecExit = ExecExitMessage.Read(packet) },
            MessageType.Failed or MessageType.ExecFailed or MessageType.LetGo => new MonitorAnswer(type) { Failure = MonitorMessage.ReadFailure(packet) },
            _ => new MonitorAnswer(type),
        };
    }

    public RuntimeException Unexpected() => new(ErrorKind.DataLoss, $"the container's monitor answered {Type}, which was not asked");
}
