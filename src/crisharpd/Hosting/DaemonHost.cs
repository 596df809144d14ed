using System.Net;
using CriSharp.Admin;
using CriSharp.Daemon.Composition;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Endpoints;
using CriSharp.Daemon.Errors;
using CriSharp.Grpc;
using CriSharp.Images.Pulling;
using CriSharp.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// The life of a daemon: (1) the locks of root and image store, (2) the sockets, where Status answers at once and all else waits, (3) the rooms, which find again
/// what an earlier daemon left, (4) ready.
/// It ends in waves: no new connections, calls may end, calls are aborted and named, the rooms are disposed of, the sockets are gone.
/// </summary>
internal static class DaemonHost
{
    private const string LogName = "CriSharp.Daemon";

    // A kubelet's long calls (a stop with its grace period) are not waited for: it asks again.
    private static readonly TimeSpan GraceForCalls = TimeSpan.FromSeconds(5);

    /// <param name="readOptions">Called again whenever the configuration is to be read again.</param>
    public static async Task<int> RunAsync(Func<DaemonOptions> readOptions, CancellationToken cancellationToken)
    {
        var systemd = SystemdNotifier.Take();
        var options = readOptions();
        using var locks = InstanceLocks.Take(options);
        await using var app = Build(options, readOptions);
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(LogName);
        OptionNotices.Tell(log, options);
        using var notices = new ServiceNotices(app.Services, systemd, log);
        var calls = app.Services.GetRequiredService<RunningCalls>();
        app.Lifetime.ApplicationStopping.Register(() =>
        {
            notices.Stop();
            calls.End();
            log.Stopping(calls.Names.Count, GraceForCalls.TotalSeconds);
        });
        try
        {
            await app.StartAsync(cancellationToken);
            app.Services.GetRequiredService<LogLevelSwitch>().Start();
            var startUp = app.Services.GetRequiredService<IStartUp>();
            using (StartUpNotices.Begin(systemd, TimeProvider.System, "finds pods, containers and images again"))
            {
                await startUp.RunAsync(cancellationToken);
            }

            app.Services.GetRequiredService<StartGate>().Open();
            log.Serving(options.Listen, DaemonVersion.Document.Version, Environment.ProcessId, options.Root);
            if (app.Services.GetRequiredService<MetricsPort>().Address is { } metrics)
            {
                log.ServingMetrics(metrics);
            }

            notices.Ready();
            var pulls = app.Services.GetRequiredService<PullImage>();
            _ = TidyAsync(startUp, () => pulls.Progress().Count > 0, log, app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync(cancellationToken);
            if (calls.Names is { Count: > 0 } deaf)
            {
                log.LeftCalls(deaf.Count, string.Join(", ", deaf));
            }

            log.Stopped();
            return 0;
        }
        finally
        {
            ListenSocket.Remove(options.Listen);
            ListenSocket.Remove(AdminAddress.Beside(options.Listen));
        }
    }

    /// <summary>Beside the first callers: what failed there is named, and looked for again by the timer.</summary>
    private static async Task TidyAsync(IStartUp startUp, Func<bool> isPulling, ILogger log, CancellationToken stopping)
    {
        try
        {
            await startUp.TidyAsync(stopping);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            log.NotTidied(failure);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            await ReturnMemory.RunAsync(isPulling, log, stopping);
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private static WebApplication Build(DaemonOptions options, Func<DaemonOptions> readOptions)
    {
        // The empty builder reads no appsettings.json, no environment and no command line: everything is said by the options.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
        Logging.Configure(builder.Logging, options);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = GraceForCalls);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<OptionsInForce>();
        builder.Services.AddSingleton(provider => new ReloadConfiguration(
            readOptions,
            provider.GetRequiredService<OptionsInForce>(),
            provider.GetRequiredService<LogLevelSwitch>(),
            provider.GetRequiredService<ILiveOptions>(),
            provider.GetRequiredService<ILoggerFactory>().CreateLogger(LogName)));
        builder.Services.AddSingleton<RunningCalls>();
        builder.Services.AddSingleton<StartGate>();
        builder.Services.AddSingleton(new Operations(TimeProvider.System) { OnStage = FailPoints.FromEnvironment() });
        builder.Services.AddHostedService<SlowOperations>();
        builder.Services.AddRooms(options);

        var adminSocket = AdminAddress.Beside(options.Listen);
        builder.WebHost.UseKestrelCore();
        builder.Services.Configure<SocketTransportOptions>(transport =>
        {
            transport.CreateBoundListenSocket = endpoint => endpoint is IPEndPoint port
                ? PortSocket.Bind(port, options)
                : ListenSocket.Bind(endpoint.ToString()!, endpoint.ToString() == adminSocket ? options.AdminGroup?.Id : null);

            // Frames are taken on the thread that has read them; handlers have threads of their own in any case.
            transport.UnsafePreferInlineScheduling = true;

            // A connection keeps 4 KiB, and is not asked twice for each frame. There are a handful of them.
            transport.WaitForDataBeforeAllocatingBuffer = false;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            GrpcLimits.Apply(kestrel.Limits);
            Doors.Open(kestrel, options);
        });

        var app = builder.Build();
        app.MapMetrics();
        app.MapStreaming();
        // The protocol tells the Unix sockets apart: HTTP/2 comes by the CRI's alone, HTTP/1.1 by the admin's.
        app.MapWhen(http => !HttpProtocol.IsHttp2(http.Request.Protocol), admin => admin.Run(AdminPages.Serve(app.Services)));
        app.Use(next => http => ConnectionConduct.ServeAsync(http, next));
        app.UseRouting();
        app.MapServices();
        return app;
    }
}
