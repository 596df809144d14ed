using CriSharp.Admin;
using CriSharp.Daemon.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace CriSharp.Daemon.Endpoints;

/// <summary>The TCP port that has /metrics and nothing else. Who comes there is not known: a connection is for one question.</summary>
internal sealed class MetricsPort(MetricsPage page)
{
    private ListenOptions? _listen;

    /// <summary>Where it is, once it listens; null where it is not asked for.</summary>
    public string? Address => _listen is null ? null : $"{_listen.IPEndPoint}";

    public void Mark(ListenOptions listen)
    {
        _listen = listen;
        listen.Use(next => connection =>
        {
            connection.Features.Set(new Visit());
            return next(connection);
        });
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

    /// <summary>Marks a connection to this port.</summary>
    private sealed class Visit;
}
