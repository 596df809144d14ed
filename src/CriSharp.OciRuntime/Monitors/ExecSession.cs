using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.OciRuntime.Bundles;
using CriSharp.OciRuntime.Commands;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>One exec over one connection. The output flows straight from the command to the daemon; the monitor only starts, reaps and kills.</summary>
internal sealed class ExecSession(MonitorConnection connection, ExecRequest request)
{
    // The monitor kills in time: this is for one that hangs, or a runtime that hangs before the command runs.
    private static readonly TimeSpan TimeoutMargin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    // What 32 bits of milliseconds and a timer hold; a caller that asks for more means "never".
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private TimeSpan? Timeout => request.Timeout > LongestTimeout ? null : request.Timeout;

    private TimeSpan StartLimit => Timeout < request.StartLimit ? Timeout.Value : request.StartLimit;

    /// <exception cref="RuntimeException">
    /// FailedPrecondition: the command could not be started, in the runtime's own words; Unavailable: the monitor has gone or hangs.
    /// A timeout of the command is no exception, but <see cref="ExecResult.TimedOut"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller has gone; the command was killed.</exception>
    public async Task<ExecResult> RunAsync(CancellationToken cancellationToken)
    {
        var processPath = request.Bundle.ProcessPath(request.ExecId);
        using var outputPipe = PipePair.Create();
        using var errorPipe = PipePair.Create();
        var output = new PipeCapture(outputPipe.Reader, request.OutputLimitBytes);
        var errors = new PipeCapture(errorPipe.Reader, request.OutputLimitBytes);
        using var drainLimit = new CancellationTokenSource();
        var reading = Task.CompletedTask;
        WriteProcess(processPath);
        try
        {
            if (request.StreamOwner is { } owner)
            {
                FileDescriptor.Chown(outputPipe.Writer, owner.UserId, owner.GroupId);
                FileDescriptor.Chown(errorPipe.Writer, owner.UserId, owner.GroupId);
            }

            connection.Send(Message(processPath).Write, outputPipe.Writer, errorPipe.Writer);
            outputPipe.Writer.Dispose();
            errorPipe.Writer.Dispose();
            reading = Task.WhenAll(output.ReadAsync(drainLimit.Token), errors.ReadAsync(drainLimit.Token));
            var exit = await WaitForExitAsync(cancellationToken);
            drainLimit.CancelAfter(request.DrainGrace);
            await reading;
            return new ExecResult(exit.ExitCode, output.Kept, errors.Kept, exit.TimedOut) { IsTruncated = output.IsTruncated || errors.IsTruncated };
        }
        finally
        {
            await drainLimit.CancelAsync();
            await reading;
            File.Delete(processPath);
        }
    }

    private void WriteProcess(string path)
    {
        try
        {
            OwnerOnlyFile.Write(path, request.Process.Span);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(ErrorKind.Internal, $"exec {request.ExecId}: its process document can't be written: {failure.Message}", failure);
        }
    }

    private ExecMessage Message(string processPath) => new()
    {
        ExecId = request.ExecId,
        ProcessPath = processPath,
        Streams = ExecStreams.Stdout | ExecStreams.Stderr,
        TimeoutMilliseconds = Timeout is { } limit ? (int)Math.Ceiling(limit.TotalMilliseconds) : 0,
        CgroupDirectories = request.Cgroup?.Directories ?? [],
        RuntimeExecArguments = request.Cgroup?.RuntimeArguments ?? [],
    };

    private async Task<ExecExitMessage> WaitForExitAsync(CancellationToken cancellationToken)
    {
        // Ends when:
        // * the command has ended, or could not be started, or the monitor has gone (ReceiveAsync)
        // * the caller has gone (cancellationToken)
        // * the monitor does not keep the limit of the command's start, or the command's own (limit)
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(StartLimit + TimeoutMargin);
        var words = $"did not start it within {StartLimit.TotalSeconds:0.###} s";
        try
        {
            return await ReceiveExitAsync(limit.Token, () =>
            {
                words = $"did not end it within its time limit of {Timeout?.TotalSeconds:0.###} s";
                limit.CancelAfter(Timeout is { } timeout ? timeout + TimeoutMargin : System.Threading.Timeout.InfiniteTimeSpan);
            });
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await KillAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new RuntimeException(ErrorKind.Unavailable, $"exec {request.ExecId}: its monitor {words}");
        }
    }

    private async Task<ExecExitMessage> ReceiveExitAsync(CancellationToken cancellationToken, Action? onStarted = null)
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
                case MessageType.ExecFailed:
                    throw new RuntimeException(
                        ErrorKind.FailedPrecondition, $"exec {request.ExecId} could not be started: {RuntimeWords.Of(answer.Failure ?? "") ?? "no reason given"}");
                default:
                    throw answer.Unexpected();
            }
        }
    }

    private async Task KillAsync()
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
                ErrorKind.Unavailable, $"exec {request.ExecId} was to be killed, but its monitor gave no answer within {KillLimit.TotalSeconds:0} s");
        }
    }
}
