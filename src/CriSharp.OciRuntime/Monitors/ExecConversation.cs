using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>What is said about one exec over its connection: it began, it failed to, it ended, it is to be killed.</summary>
internal sealed class ExecConversation(MonitorConnection connection, string execId)
{
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <exception cref="RuntimeException">FailedPrecondition: it could not be started, or was killed meanwhile; Unavailable: the monitor has gone.</exception>
    public async Task ReceiveStartAsync(CancellationToken cancellationToken)
    {
        var answer = await connection.ReceiveAsync(cancellationToken);
        switch (answer.Type)
        {
            case MessageType.ExecStarted:
                return;
            case MessageType.ExecExited:
                throw new RuntimeException(ErrorKind.FailedPrecondition, $"exec {execId} could not be started: the container ended meanwhile");
            default:
                throw Failure(answer);
        }
    }

    /// <param name="onStarted">Called when the command runs.</param>
    /// <exception cref="RuntimeException">FailedPrecondition: it could not be started; Unavailable: the monitor has gone.</exception>
    public async Task<ExecExitMessage> ReceiveExitAsync(CancellationToken cancellationToken, Action? onStarted = null)
    {
        while (true)
        {
            var answer = await connection.ReceiveAsync(cancellationToken);
            switch (answer.Type)
            {
                case MessageType.ExecStarted:
                    onStarted?.Invoke();
                    continue;
                case MessageType.ExecExited:
                    return answer.ExecExit;
                default:
                    throw Failure(answer);
            }
        }
    }

    /// <summary>Has the command and all that it started killed, and waits for that.</summary>
    /// <exception cref="RuntimeException">Unavailable: the monitor gives no answer.</exception>
    public async Task KillAsync()
    {
        using var limit = new CancellationTokenSource(KillLimit);
        try
        {
            connection.Send(packet => MonitorMessage.WriteBare(packet, MessageType.KillExec));
            await ReceiveExitAsync(limit.Token);
        }
        catch (RuntimeException)
        {
            // It ended, failed to start, or lost its monitor meanwhile: there is nothing left to kill, and the caller gets its own reason.
        }
        catch (OperationCanceledException)
        {
            throw new RuntimeException(
                ErrorKind.Unavailable, $"exec {execId} was to be killed, but its monitor gave no answer within {KillLimit.TotalSeconds:0} s");
        }
    }

    private RuntimeException Failure(MonitorAnswer answer) => answer.Type == MessageType.ExecFailed
        ? new RuntimeException(
            ErrorKind.FailedPrecondition, $"exec {execId} could not be started: {RuntimeWords.Of(answer.Failure ?? "") ?? "no reason given"}")
        : answer.Unexpected();
}
