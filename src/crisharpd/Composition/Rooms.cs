using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Endpoints;
using CriSharp.Daemon.Errors;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Services;
using CriSharp.Grpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Composition;

/// <summary>The composition root: which rooms there are and what they are given.</summary>
internal static class Rooms
{
    public static void AddRooms(this IServiceCollection services, DaemonOptions options)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = GrpcLimits.RequestBytes;
            grpc.MaxSendMessageSize = GrpcLimits.MessageBytes;
            grpc.Interceptors.Add<ErrorDoor>();
        });
        services.AddSingleton<RuntimeService>();
        services.AddSingleton<ImageService>();
        services.AddSingleton<IStartUp, StartUp>();
        services.AddSingleton<DaemonPages>();
        services.AddSingleton<AuditPages>();
        services.AddSingleton<ImagePages>();
        services.AddSingleton<ILiveOptions, LiveOptions>();
        services.AddSingleton<ReloadPages>();
        services.AddHostedService<AuditTimer>();
        services.AddMetrics(options);
        services.AddDisk(options);
        services.AddImages(options);
        services.AddPods(options);
        services.AddStreaming(options);
    }

    public static void MapServices(this IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<RuntimeService>();
        routes.MapGrpcService<ImageService>();
    }
}
