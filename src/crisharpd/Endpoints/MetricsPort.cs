using CriSharp.Admin;
using CriSharp.Daemon.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CriSharp.Daemon.Endpoints;

/// <summary>The TCP port that has /metrics and nothing else. Who comes there is not known: connections are few, short, and for one question each.</summary>
internal sealed class MetricsPort(MetricsPage page, TimeProvider time)
{
    private const int MostConnections = 16;

    private static readonly TimeSpan LongestConnection = TimeSpan.FromSeconds(30);

    private ListenOptions? _listen;
    private int _connections;

    /// <summary>Where it is, once it listens; null where it is not asked for.</summary>
    public string? Address => _listen is null ? null : $"{_listen.IPEndPoint}";

    public void Guard(ListenOptions listen)
    {
        _listen = listen;
        listen.Use(next => connection => ServeAsync(connection, next));
    }

    public static bool IsFor(HttpContext http) => http.Features.Get<Visit>() is not null;

    public async Task ServeAsync(HttpContext http)
    {
        http.Response.Headers.Connection = "close";
        if (http.Request.Path != AdminAddress.MetricsPath)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!HttpMethods.IsGet(http.Request.Method))
        {
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            http.Response.Headers.Allow = HttpMethods.Get;
            return;
        }

        var figures = page.Write();
        http.Response.ContentType = PrometheusText.ContentType;
        http.Response.ContentLength = figures.Length;
        await http.Response.Body.WriteAsync(figures, http.RequestAborted);
    }

    private async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _connections) > MostConnections)
            {
                connection.Abort();
                return;
            }

            connection.Features.Set(new Visit());
            await using var limit = time.CreateTimer(_ => connection.Abort(), null, LongestConnection, Timeout.InfiniteTimeSpan);
            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _connections);
        }
    }

    /// <summary>Marks a connection to this port.</summary>
    private sealed class Visit;
}
