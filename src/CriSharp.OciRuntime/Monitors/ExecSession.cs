using CriSharp.Linux.Files;
using CriSharp.Linux.Processes;
using CriSharp.MonitorProtocol;
using CriSharp.Primitives;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>One exec over one connection. The output flows straight from the command to the daemon; the monitor only starts, reaps and kills.</summary>
internal sealed class ExecSession(MonitorConnection connection, ExecRequest request)
{
    // The monitor kills in time: this is for one that hangs, or a runtime that hangs before the command runs.
    private static readonly TimeSpan TimeoutMargin = TimeSpan.FromSeconds(30);

    // What 32 bits of milliseconds and a timer hold; a caller that asks for more means "never".
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(24);

    private readonly ExecConversation _conversation = new(connection, request.ExecId);

    private TimeSpan? Timeout => request.Timeout > LongestTimeout ? null : request.Timeout;

    private TimeSpan StartLimit => Timeout < request.StartLimit ? Timeout.Value : request.StartLimit;

    /// <exception cref="RuntimeException">
    /// FailedPrecondition: the command could not be started, in the runtime's own words; Unavailable: the monitor has gone or hangs.
    /// A timeout of the command is no exception, but <see cref="ExecResult.TimedOut"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">The caller has gone; the command was killed.</exception>
    public async Task<ExecResult> RunAsync(CancellationToken cancellationToken)
    {
        using var document = new ProcessDocument(request.Bundle, request.ExecId, request.Process);
        using var outputPipe = PipePair.Create();
        using var errorPipe = PipePair.Create();
        var output = new PipeCapture(outputPipe.Reader, request.OutputLimitBytes);
        var errors = new PipeCapture(errorPipe.Reader, request.OutputLimitBytes);
        using var drainLimit = new CancellationTokenSource();
        var reading = Task.CompletedTask;
        try
        {
            if (request.StreamOwner is { } owner)
            {
                FileDescriptor.Chown(outputPipe.Writer, owner.UserId, owner.GroupId);
                FileDescriptor.Chown(errorPipe.Writer, owner.UserId, owner.GroupId);
            }

            connection.Send(Message(document.Path).Write, outputPipe.Writer, errorPipe.Writer);
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
        }
    }

    private ExecMessage Message(string processPath) => new()
    {
        ExecId = request.ExecId,
        ProcessPath = processPath,
        Streams = StandardStreams.Stdout | StandardStreams.Stderr,
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
            return await _conversation.ReceiveExitAsync(limit.Token, () =>
            {
                words = $"did not end it within its time limit of {Timeout?.TotalSeconds:0.###} s";
                limit.CancelAfter(Timeout is { } timeout ? timeout + TimeoutMargin : System.Threading.Timeout.InfiniteTimeSpan);
            });
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            await _conversation.KillAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw new RuntimeException(ErrorKind.Unavailable, $"exec {request.ExecId}: its monitor {words}");
        }
    }
}
