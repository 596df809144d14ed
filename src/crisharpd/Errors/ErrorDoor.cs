using CriSharp.Daemon.Hosting;
using CriSharp.Linux.Files;
using CriSharp.Primitives;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Errors;

/// <summary>
/// The one place where a failure becomes a gRPC status, and where it is logged. A failure with a kind is told to the caller in its own words;
/// any other is a defect: the caller gets an id under which the log tells the rest. Requests are never logged, they hold secrets.
/// </summary>
internal sealed class ErrorDoor(ILogger<ErrorDoor> log, TimeProvider timeProvider, RunningCalls calls, StartGate gate, CallObserver observer) : Interceptor
{
    // Asked to find out whether the daemon is there: told while it still starts.
    private static readonly string[] AnsweredAtOnce = ["Version", "Status", "RuntimeConfig"];

    // A timer may fire a moment before the clock says so.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMilliseconds(100);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        using var call = observer.Begin(context);
        using var running = calls.Begin(call.Name);
        try
        {
            await PassGateAsync(call, context);
            var response = await continuation(request, context);
            log.Answered(call.Name, call.Milliseconds);
            return response;
        }
        catch (Exception failure)
        {
            throw Translate(failure, call, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        using var call = observer.Begin(context);
        using var running = calls.Begin(call.Name);
        try
        {
            await PassGateAsync(call, context);
            await continuation(request, responseStream, context);
            log.Answered(call.Name, call.Milliseconds);
        }
        catch (Exception failure)
        {
            throw Translate(failure, call, context);
        }
    }

    private Task PassGateAsync(ObservedCall call, ServerCallContext context) =>
        AnsweredAtOnce.Contains(call.Name) ? Task.CompletedTask : gate.PassAsync(context.CancellationToken);

#pragma warning disable RS0030 // RpcException: this is the door that it is banned for everywhere else.
    private RpcException Translate(Exception failure, ObservedCall call, ServerCallContext context)
    {
        // The generated base answers so for a method that we do not have: nothing went wrong.
        if (failure is RpcException { StatusCode: StatusCode.Unimplemented })
        {
            log.Unimplemented(call.Name);
            var unsupported = new Status(StatusCode.Unimplemented, $"{call.Name} is not supported by crisharpd", failure);
            call.Fail(unsupported);
            return new RpcException(unsupported);
        }

        if (failure is RpcException ready)
        {
            call.Fail(ready.Status);
            return ready;
        }

        var status = StatusOf(failure, call, context);
        call.Fail(status);
        Log(status, call, failure);
        return new RpcException(status);
    }
#pragma warning restore RS0030

    private Status StatusOf(Exception failure, ObservedCall call, ServerCallContext context)
    {
        if (DiskFailure.IsOutOfSpace(failure))
        {
            return new Status(StatusCode.ResourceExhausted, $"no space (or no inode) is left on a disk: {failure.Message}. Remove images, containers or logs, or enlarge the file system", failure);
        }

        if (DiskFailure.IsReadOnly(failure))
        {
            return new Status(
                StatusCode.FailedPrecondition,
                $"a file system is read-only: {failure.Message}. See the kernel's log for the reason, then mount it writable again; what runs goes on meanwhile",
                failure);
        }

        if (failure is RuntimeException known)
        {
            return new Status(StatusCodes.Of(known.Kind), known.Message, known);
        }

        if (failure is OperationCanceledException)
        {
            return StatusOfCancellation(failure, call.Name, context);
        }

        return new Status(
            StatusCode.Internal, $"{call.Name} failed unexpectedly: {failure.Message} (the log of crisharpd tells more under request={call.Request})", failure);
    }

    // Who fired the token: the deadline, the stop of the daemon (which aborts the connections), the caller; or it was none of the call's.
    private Status StatusOfCancellation(Exception failure, string name, ServerCallContext context)
    {
        var where = failure is AbandonedWaitException waited ? $": {waited.Message}" : "";
        return context.CancellationToken.IsCancellationRequested switch
        {
            true when IsDeadlinePassed(context) => new Status(StatusCode.DeadlineExceeded, $"{name} took longer than its caller's deadline{where}", failure),
            true when !calls.AreEnding => new Status(StatusCode.Cancelled, $"{name} was cancelled by its caller{where}", failure),
            _ when calls.AreEnding => new Status(StatusCode.Unavailable, $"{name} was ended: crisharpd is stopping", failure),
            _ => new Status(StatusCode.Unavailable, $"{name} was cancelled by the daemon: try it again", failure),
        };
    }

    private bool IsDeadlinePassed(ServerCallContext context) =>
        context.Deadline != DateTime.MaxValue && timeProvider.GetUtcNow().UtcDateTime >= context.Deadline - ClockTolerance;

    private void Log(Status status, ObservedCall call, Exception failure)
    {
        switch (status.StatusCode)
        {
            case StatusCode.Internal or StatusCode.DataLoss:
                log.Broken(call.Name, call.Milliseconds, status.StatusCode, status.Detail, failure);
                break;
            case StatusCode.NotFound or StatusCode.Cancelled:
                log.Refused(call.Name, call.Milliseconds, status.StatusCode, status.Detail);
                break;
            default:
                log.Failed(call.Name, call.Milliseconds, status.StatusCode, status.Detail);
                break;
        }
    }
}
