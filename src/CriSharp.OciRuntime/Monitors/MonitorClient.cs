using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Sessions;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>Speaks to one container's monitor; every call has a connection of its own.</summary>
public sealed class MonitorClient(string socketPath)
{
    public string SocketPath { get; } = socketPath;

    /// <summary>Waits for the end of the container, however long that takes.</summary>
    /// <returns>The record, which lies on disk by then.</returns>
    /// <exception cref="RuntimeException">Unavailable: the monitor can't be reached, or went without a word. <see cref="ExitWatcher"/> copes with that.</exception>
    public async Task<ExitRecord> WatchAsync(CancellationToken cancellationToken)
    {
        using var connection = await MonitorConnection.ConnectAsync(SocketPath, cancellationToken);
        connection.Send(packet => MonitorMessage.WriteBare(packet, MessageType.Watch));
        var answer = await connection.ReceiveSoonAsync(cancellationToken);
        while (answer.Type is MessageType.State or MessageType.Exited)
        {
            if (answer.State.Exit is { } record)
            {
                return record;
            }

            answer = await connection.ReceiveAsync(cancellationToken);
        }

        throw answer.Unexpected();
    }

    /// <summary>The monitor goes on in a new file at the same path, which exists when this returns.</summary>
    /// <exception cref="RuntimeException">Unavailable: the monitor can't be reached; Internal: it could not open the file.</exception>
    public async Task ReopenLogAsync(CancellationToken cancellationToken)
    {
        using var connection = await MonitorConnection.ConnectAsync(SocketPath, cancellationToken);
        connection.Send(packet => MonitorMessage.WriteBare(packet, MessageType.ReopenLog));
        var answer = await connection.ReceiveSoonAsync(cancellationToken);
        switch (answer.Type)
        {
            case MessageType.Ok:
                return;
            case MessageType.Failed:
                throw new RuntimeException(ErrorKind.Internal, $"the log could not be reopened: {answer.Failure}");
            default:
                throw answer.Unexpected();
        }
    }

    /// <inheritdoc cref="ExecSession.RunAsync"/>
    public async Task<ExecResult> ExecAsync(ExecRequest request, CancellationToken cancellationToken)
    {
        using var connection = await MonitorConnection.ConnectAsync(SocketPath, cancellationToken);
        return await new ExecSession(connection, request).RunAsync(cancellationToken);
    }

    /// <summary>Starts a command beside a client, who ends it or lets it go by disposing of the session.</summary>
    /// <inheritdoc cref="ExecStart.RunAsync"/>
    public Task<IStreamedProcess> StartExecAsync(StreamedExecRequest request, CancellationToken cancellationToken) =>
        ExecStart.RunAsync(SocketPath, request, cancellationToken);

    /// <summary>Joins the container's own streams, beside whoever has joined them already.</summary>
    /// <inheritdoc cref="AttachStart.RunAsync"/>
    public Task<IStreamedProcess> AttachAsync(StreamsAsked streams, CancellationToken cancellationToken) =>
        AttachStart.RunAsync(SocketPath, streams, cancellationToken);
}
