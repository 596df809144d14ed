using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>One message each way.</summary>
internal sealed class UnaryCallHandler<TRequest, TResponse>(
    Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler, CallLimits limits, TimeProvider timeProvider)
    : CallHandler<TRequest, TResponse>(method, limits, timeProvider)
    where TRequest : class
    where TResponse : class
{
    protected override async Task RunAsync(ServerCall call)
    {
        var request = await ReadRequestAsync(call);
        var response = await handler(request, call)
            ?? throw new RpcException(new Status(StatusCode.Internal, $"{Method.FullName} returned no message."));
        if (call.Status.StatusCode == StatusCode.OK)
        {
            await call.WriteMessageAsync(Method.ResponseMarshaller, response, flush: false, call.CancellationToken);
        }
    }
}
