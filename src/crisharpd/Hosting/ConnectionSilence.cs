using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Closes a connection on which nothing is asked: one that says nothing, or a request that never gets to its end of the headers. What is being
/// served, be it an upgraded session, is not silent.
/// </summary>
internal sealed class ConnectionSilence : IAsyncDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _limit;

    public ConnectionSilence(ConnectionContext connection, TimeSpan limit, TimeProvider time)
    {
        _limit = limit;
        _timer = time.CreateTimer(
            _ => connection.Abort(new ConnectionAbortedException($"nothing was asked for {limit.TotalSeconds} s")), null, limit, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Runs what answers a request, and counts the silence anew afterwards.</summary>
    public static async Task ServeAsync(HttpContext http, Func<Task> next)
    {
        var silence = http.Features.Get<ConnectionSilence>();
        silence?._timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            await next();
        }
        finally
        {
            silence?._timer.Change(silence._limit, Timeout.InfiniteTimeSpan);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
