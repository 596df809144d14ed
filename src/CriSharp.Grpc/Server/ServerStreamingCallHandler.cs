using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>One request, many responses.</summary>
internal sealed class ServerStreamingCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler, CallLimits limits, TimeProvider timeProvider)
    : CallHandler<TRequest, TResponse>(method, limits, timeProvider)
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(ServerCall call)
    {
        var request = await ReadRequestAsync(call);
        await handler(request, new Writer(call, Method.ResponseMarshaller), call);
    }

    private sealed class Writer(ServerCall call, Marshaller<TResponse> marshaller) : IServerStreamWriter<TResponse>
    {
        public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken, cancellationToken);
            await call.WriteMessageAsync(marshaller, message, flush: true, either.Token);
        }
    }
}
