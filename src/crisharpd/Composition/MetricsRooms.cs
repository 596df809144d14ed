using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Endpoints;
using CriSharp.Daemon.Errors;
using CriSharp.Daemon.Hosting;
using CriSharp.Daemon.Metrics;
using CriSharp.Daemon.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace CriSharp.Daemon.Composition;

/// <summary>Figures, traces, and who gets them.</summary>
internal static class MetricsRooms
{
    public static void AddMetrics(this IServiceCollection services, DaemonOptions options)
    {
        services.AddSingleton<CallFigures>();
        services.AddSingleton<CallObserver>();
        services.AddSingleton<SpanQueue>();
        services.AddSingleton<MetricsPage>();
        services.AddSingleton<MetricsPort>();
        services.AddSingleton<IMetricSource, AuditMetrics>();
        services.AddSingleton<IMetricSource, PodMetrics>();
        services.AddSingleton<IMetricSource, DaemonMetrics>();
        services.AddSingleton<IMetricSource, OperationMetrics>();
        services.AddSingleton<IMetricSource, EventMetrics>();
        services.AddSingleton<IMetricSource, CallMetrics>();
        services.AddSingleton<IMetricSource, PullMetrics>();
        services.AddSingleton<IMetricSource, EndMetrics>();
        services.AddSingleton<IMetricSource, TraceMetrics>();
        if (options.Tracing is { } tracing)
        {
            services.AddSingleton(tracing);
            services.AddHostedService<SpanExporter>();
        }
    }

    /// <summary>To be called behind the streaming server, which is the first TCP port.</summary>
    public static void ListenForMetrics(this KestrelServerOptions kestrel, DaemonOptions options, Action<ListenOptions> guard)
    {
        if (options.Metrics is not { } metrics)
        {
            return;
        }

        kestrel.Listen(metrics.Address, metrics.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            guard(listen);
            listen.ApplicationServices.GetRequiredService<MetricsPort>().Mark(listen);
            if (metrics.Tls is { } tls)
            {
                listen.Use(tls, $"{Settings.MetricsCert.Flag}, {Settings.MetricsKey.Flag}");
            }
        });
    }

    public static void MapMetrics(this IApplicationBuilder app)
    {
        var port = app.ApplicationServices.GetRequiredService<MetricsPort>();
        app.MapWhen(MetricsPort.IsFor, metrics => metrics.Run(port.ServeAsync));
    }
}
