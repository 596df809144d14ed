using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Monitors;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Sessions;

/// <summary>
/// Has the monitor start a command whose streams the daemon holds: pipes, or a terminal. They belong to the session alone, so a daemon that
/// dies leaves a command with broken pipes or a hung-up terminal. A caller that goes before the command runs has it killed.
/// </summary>
internal static class ExecStart
{
    // The monitor keeps the limit itself: this is for one that hangs.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    /// <exception cref="RuntimeException">FailedPrecondition: the command could not be started, in the runtime's own words; Unavailable: the monitor has gone or hangs.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone; the command was killed.</exception>
    public static async Task<IStreamedProcess> RunAsync(string socketPath, StreamedExecRequest request, CancellationToken cancellationToken)
    {
        var connection = await MonitorConnection.ConnectAsync(socketPath, cancellationToken);
        SessionStreams? streams = null;
        try
        {
            streams = MakeStreams(request);
            var conversation = new ExecConversation(connection, request.ExecId);
            await BeginAsync(connection, conversation, streams, request, cancellationToken);
            return new ExecProcess(connection, conversation, streams, request.DrainGrace);
        }
        catch
        {
            streams?.Dispose();
            connection.Dispose();
            throw;
        }
    }

    private static SessionStreams MakeStreams(StreamedExecRequest request)
    {
        try
        {
            return request.Streams.Terminal
                ? new TerminalStreams(request.Streams, request.Bundle, request.ExecId)
                : new PipeStreams(request.Streams, request.StreamOwner);
        }
        catch (IOException failure)
        {
            throw new RuntimeException(ErrorKind.Internal, $"exec {request.ExecId}: its streams can't be made: {failure.Message}", failure);
        }
    }

    private static async Task BeginAsync(
        MonitorConnection connection, ExecConversation conversation, SessionStreams streams, StreamedExecRequest request, CancellationToken cancellationToken)
    {
        using var document = new ProcessDocument(request.Bundle, request.ExecId, request.Process);
        var message = new ExecMessage
        {
            ExecId = request.ExecId,
            ProcessPath = document.Path,
            Streams = streams.Named,
            CgroupDirectories = request.Cgroup?.Directories ?? [],
            RuntimeExecArguments = [.. request.Cgroup?.RuntimeArguments ?? [], .. streams.RuntimeArguments],
        };
        connection.Send(message.Write, [.. streams.Passed]);
        streams.ClosePassed();

        // Ends when:
        // * the command runs, or could not be started, or the monitor has gone (ReceiveStartAsync)
        // * the caller has gone (cancellationToken)
        // * the monitor does not keep the limit of the start (limit)
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(request.StartLimit + Margin);
        try
        {
            await conversation.ReceiveStartAsync(limit.Token);
            streams.Open();
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await conversation.KillAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new RuntimeException(
                ErrorKind.Unavailable, $"exec {request.ExecId}: its monitor did not start it within {request.StartLimit.TotalSeconds:0.###} s");
        }
        catch (IOException failure)
        {
            await conversation.KillAsync();
            throw new RuntimeException(ErrorKind.Internal, $"exec {request.ExecId} was started, and killed: {failure.Message}", failure);
        }
    }
}
