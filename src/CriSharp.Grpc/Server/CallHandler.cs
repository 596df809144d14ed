using CriSharp.Grpc.Wire;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// Serves the calls of one method: checks that it is gRPC, starts the deadline, runs the handler, ends the call with its status.
/// A handler that does not heed its cancelled token keeps nobody waiting: the deadline ends the call without it.
/// </summary>
internal abstract class CallHandler<TRequest, TResponse>(Method<TRequest, TResponse> method, CallLimits limits, TimeProvider timeProvider)
    where TRequest : class
    where TResponse : class
{
    protected Method<TRequest, TResponse> Method { get; } = method;

    public async Task HandleAsync(HttpContext http)
    {
        if (!Preamble.Accepts(http))
        {
            return;
        }

        TimeSpan? timeout = null;
        if (http.Request.Headers.TryGetValue(GrpcTimeout.Header, out var header))
        {
            if (!GrpcTimeout.TryParse(header.ToString(), out var parsed))
            {
                await Preamble.RefuseAsync(http, new Status(StatusCode.Internal, $"The header {GrpcTimeout.Header} can't be read: \"{header}\"."));
                return;
            }

            timeout = parsed;
        }

        await using var call = new ServerCall(http, Method.FullName, timeout, limits.SendBytes, timeProvider);
        var work = WorkAsync(call);
        if (await Task.WhenAny(work, call.DeadlinePassed) != work)
        {
            await call.EndAsync(call.DeadlineStatus);
        }

        await call.EndAsync(await work);
    }

    /// <summary>Reads what the method reads, runs the handler, writes what is written before the status.</summary>
    protected abstract Task RunAsync(ServerCall call);

    protected ValueTask<TRequest> ReadRequestAsync(ServerCall call)
    {
        var request = call.Http.Request;
        var reader = new FrameReader(request.BodyReader, request.Headers[GrpcHeaders.Encoding].ToString(), limits.ReceiveBytes, limits.Large);
        return reader.ReadSingleAsync(Method.RequestMarshaller, call.CancellationToken);
    }

    private async Task<Status> WorkAsync(ServerCall call)
    {
        try
        {
            await RunAsync(call);
            return call.Status;
        }
        catch (RpcException failure)
        {
            foreach (var trailer in failure.Trailers)
            {
                call.ResponseTrailers.Add(trailer);
            }

            return failure.Status;
        }
        catch (Exception failure) when (call.CancellationToken.IsCancellationRequested)
        {
            // What a cancelled read, write or handler throws is many things; the cause is the one that fired the token.
            return call.DeadlinePassed.IsCompleted
                ? call.DeadlineStatus
                : new Status(StatusCode.Cancelled, "The caller cancelled the call, or its connection was lost.", failure);
        }
        catch (Exception failure)
        {
            return new Status(StatusCode.Unknown, "The handler failed.", failure);
        }
    }
}
