using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>Joins a container's streams through its monitor, with pipes of the client's own.</summary>
internal static class AttachStart
{
    /// <summary>Since this revision monitors know attach.</summary>
    private const byte FirstRevision = 1;

    /// <exception cref="RuntimeException">FailedPrecondition: the container has ended, or its monitor is too old; Unavailable: the monitor has gone or hangs.</exception>
    public static async Task<IStreamedProcess> RunAsync(string socketPath, StreamsAsked asked, CancellationToken cancellationToken)
    {
        var connection = await MonitorConnection.ConnectAsync(socketPath, cancellationToken);
        SessionStreams? streams = null;
        try
        {
            await CheckAsync(connection, cancellationToken);
            streams = MakeStreams(asked);
            connection.Send(new AttachMessage(streams.Named).Write, [.. streams.Passed]);
            streams.ClosePassed();
            await ReceiveConsentAsync(connection, cancellationToken);
            return new AttachedProcess(connection, streams);
        }
        catch
        {
            streams?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    /// <summary>An older monitor closes the connection on what it does not know, and says nothing.</summary>
    private static async Task CheckAsync(MonitorConnection connection, CancellationToken cancellationToken)
    {
        connection.Send(packet => MonitorMessage.WriteBare(packet, MessageType.Watch));
        var answer = await connection.ReceiveSoonAsync(cancellationToken);
        if (answer.Type != MessageType.State)
        {
            throw answer.Unexpected();
        }

        if (answer.State.Exit is { } exit)
        {
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"attach: the container has ended with {exit.ExitCode}");
        }

        if (answer.State.Revision < FirstRevision)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                "attach: the container's monitor was started by an older version of the daemon, and knows no attach; a container that is started anew gets one that does");
        }
    }

    // For attach a terminal is a stream like others: the monitor has its master.
    private static PipeStreams MakeStreams(StreamsAsked asked)
    {
        try
        {
            return new PipeStreams(asked, owner: null);
        }
        catch (IOException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"attach: its streams can't be made: {failure.Message}", failure);
        }
    }

    private static async Task ReceiveConsentAsync(MonitorConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await connection.ReceiveSoonAsync(cancellationToken);
            switch (answer.Type)
            {
                case MessageType.Ok:
                    return;
                case MessageType.Exited:
                    // Between the two questions: the second is answered, too.
                    continue;
                case MessageType.Failed:
                    throw new RuntimeException(ErrorKind.FailedPrecondition, $"attach: {answer.Failure}");
                default:
                    throw answer.Unexpected();
            }
        }
    }
}
