using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts services on a server's routes.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    private const string UnknownPattern = "{unimplementedService}/{unimplementedMethod}";

    /// <summary>
    /// Serves every method of a generated service base that <typeparamref name="TService"/> derives from, and answers UNIMPLEMENTED
    /// to unknown ones. The service must be registered as a singleton: one instance serves all calls.
    /// </summary>
    public static void MapGrpcService<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicMethods)] TService>(
        this IEndpointRouteBuilder builder)
        where TService : class
    {
        var options = builder.ServiceProvider.GetRequiredService<IOptions<GrpcServiceOptions>>().Value;
        var service = builder.ServiceProvider.GetRequiredService<TService>();
        var interceptors = options.Interceptors.Select(registration => registration.Make(builder.ServiceProvider)).ToArray();
        var timeProvider = builder.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
        FindBindService(typeof(TService)).Invoke(null, [new EndpointBinder(builder, options, interceptors, timeProvider), service]);
        MapUnknown(builder);
    }

    // Generated: public static void BindService(ServiceBinderBase serviceBinder, XBase serviceImpl), named by an attribute on XBase.
    private static MethodInfo FindBindService(Type service)
    {
        for (var type = service.BaseType; type is not null; type = type.BaseType)
        {
            if (type.GetCustomAttribute<BindServiceMethodAttribute>(inherit: false) is { } attribute)
            {
                return attribute.BindType
                    .GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
                    .Single(method => method.Name == attribute.BindMethodName
                        && method.GetParameters() is [var binder, var implementation]
                        && binder.ParameterType == typeof(ServiceBinderBase) && implementation.ParameterType == type);
            }
        }

        throw new InvalidOperationException($"{service.Name} derives from no generated service base.");
    }

    private static void MapUnknown(IEndpointRouteBuilder builder)
    {
        var mapped = builder.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();
        if (!mapped.Any(endpoint => endpoint.RoutePattern.RawText == UnknownPattern))
        {
            builder.Map(UnknownPattern, UnknownMethod.HandleAsync);
        }
    }
}
