using System.Net;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Services;
using CriSharp.Streaming.Server;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Composition;

/// <summary>Exec, attach and port-forward: on a TCP port of the same server, told from the Unix sockets by its having an address.</summary>
internal static class StreamingRooms
{
    public static void AddStreaming(this IServiceCollection services, DaemonOptions options)
    {
        services.AddSingleton<WaitingTickets>();
        services.AddSingleton<StreamingDoor>();
        services.AddSingleton<IStreamingRuntime, StreamingRuntime>();
        services.AddSingleton(provider => new StreamingPages(
            provider.GetRequiredService<WaitingTickets>(),
            provider.GetRequiredService<IStreamingRuntime>(),
            new StreamingLimits { Idle = options.StreamIdleTimeout },
            provider.GetRequiredService<ILogger<StreamingPages>>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
    }

    public static void ListenForStreaming(this KestrelServerOptions kestrel, DaemonOptions options, Action<ListenOptions> guard) =>
        kestrel.Listen(options.StreamAddress, options.StreamPort, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;

            // Before TLS: its handshake counts as silence, too.
            guard(listen);
            if (options.StreamTls is { } tls)
            {
                listen.Use(tls, $"{Settings.StreamTlsCert.Flag}, {Settings.StreamTlsKey.Flag}");
            }
        });

    public static void MapStreaming(this IApplicationBuilder app)
    {
        var pages = app.ApplicationServices.GetRequiredService<StreamingPages>();
        app.MapWhen(IsForStreaming, streaming => streaming.UseWebSockets().Run(http => ConnectionSilence.ServeAsync(http, () => pages.ServeAsync(http))));
    }

    private static bool IsForStreaming(HttpContext http) => http.Connection.LocalIpAddress is not null;
}
