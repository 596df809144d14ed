using CriSharp.OciRuntime.Monitors;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>A command that runs beside a client.</summary>
internal sealed class ExecProcess : StreamedProcess
{
    private readonly ExecConversation _conversation;

    public ExecProcess(MonitorConnection connection, ExecConversation conversation, SessionStreams streams, TimeSpan drainGrace)
        : base(connection, streams, drainGrace)
    {
        _conversation = conversation;
        Begin();
    }

    public override void Resize(int columns, int rows) => Streams.Resize(columns, rows);

    protected override async Task<int> ReceiveEndAsync(CancellationToken cancellationToken) =>
        (await _conversation.ReceiveExitAsync(cancellationToken)).ExitCode;
}
