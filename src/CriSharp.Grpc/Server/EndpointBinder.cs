using CriSharp.Grpc.Wire;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Grpc.AspNetCore.Server;

/// <summary>Makes a route of each method, its handler wrapped by the interceptors.</summary>
internal sealed class EndpointBinder(
    IEndpointRouteBuilder routes, GrpcServiceOptions options, IReadOnlyList<Interceptor> interceptors, TimeProvider timeProvider) : ServiceBinderBase
{
    private readonly CallLimits _limits = new(
        options.MaxReceiveMessageSize ?? int.MaxValue - 1024, options.MaxSendMessageSize ?? int.MaxValue - 1024);

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var wrapped = handler ?? throw new ArgumentNullException(nameof(handler));
        foreach (var interceptor in interceptors.Reverse())
        {
            var inner = wrapped;
            wrapped = (request, context) => interceptor.UnaryServerHandler(request, context, inner);
        }

        routes.Map(method.FullName, new UnaryCallHandler<TRequest, TResponse>(method, wrapped, _limits, timeProvider).HandleAsync);
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var wrapped = handler ?? throw new ArgumentNullException(nameof(handler));
        foreach (var interceptor in interceptors.Reverse())
        {
            var inner = wrapped;
            wrapped = (request, stream, context) => interceptor.ServerStreamingServerHandler(request, stream, context, inner);
        }

        routes.Map(method.FullName, new ServerStreamingCallHandler<TRequest, TResponse>(method, wrapped, _limits, timeProvider).HandleAsync);
    }
}

/// <summary>Sizes of messages, in bytes.</summary>
internal sealed record CallLimits(int ReceiveBytes, int SendBytes)
{
    private const int LargeOnesAtATime = 8;

    /// <summary>Of a service as a whole.</summary>
    public LargeMessages Large { get; } = new((long)ReceiveBytes * LargeOnesAtATime);
}
