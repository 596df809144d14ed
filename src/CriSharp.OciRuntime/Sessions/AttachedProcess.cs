using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>A client's place at a container's streams.</summary>
internal sealed class AttachedProcess : StreamedProcess
{
    // The monitor ends the streams itself, at most two seconds after the container; this is for one that can't end, as on a full disk.
    private static readonly TimeSpan DrainGrace = TimeSpan.FromSeconds(5);

    public AttachedProcess(MonitorConnection connection, SessionStreams streams)
        : base(connection, streams, DrainGrace) => Begin();

    public override void Resize(int columns, int rows)
    {
        if (columns is < 1 or > ushort.MaxValue || rows is < 1 or > ushort.MaxValue)
        {
            return;
        }

        try
        {
            Connection.Send(new ResizeMessage(columns, rows).Write);
        }
        catch (Exception gone) when (gone is RuntimeException or ObjectDisposedException)
        {
            // The monitor has gone with its container, or the session is over.
        }
    }

    protected override async Task<int> ReceiveEndAsync(CancellationToken cancellationToken)
    {
        var answer = await Connection.ReceiveAsync(cancellationToken);
        return answer.Type switch
        {
            MessageType.Exited when answer.State.Exit is { } exit => exit.ExitCode,
            MessageType.LetGo => throw new RuntimeException(ErrorKind.ResourceExhausted, $"attach: this client was let go: {answer.Failure}"),
            _ => throw answer.Unexpected(),
        };
    }
}
