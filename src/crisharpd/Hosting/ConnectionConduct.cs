using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Daemon.Hosting;

/// <summary>
/// Counts the calls of one connection that are taken back as soon as they are made, which costs a client nothing and the daemon a call each
/// (CVE-2023-44487). A caller that gives up has waited before.
/// </summary>
/// <param name="throwOut">Called once, when it is enough.</param>
internal sealed class ConnectionConduct(ConnectionContext connection, Action throwOut, TimeProvider time)
{
    private const int MostTakenBack = 200;
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _windowFrom = time.GetTimestamp();
    private int _takenBack;

    public static async Task ServeAsync(HttpContext http, RequestDelegate next)
    {
        var conduct = http.Features.Get<ConnectionConduct>();
        var begun = conduct?.Now ?? 0;
        try
        {
            await next(http);
        }
        finally
        {
            if (http.RequestAborted.IsCancellationRequested)
            {
                conduct?.Count(begun);
            }
        }
    }

    private long Now => time.GetTimestamp();

    private void Count(long begun)
    {
        // A connection that has gone takes all of its calls with it.
        if (time.GetElapsedTime(begun) >= AtOnce || connection.ConnectionClosed.IsCancellationRequested)
        {
            return;
        }

        lock (_gate)
        {
            if (time.GetElapsedTime(_windowFrom) >= Window)
            {
                (_windowFrom, _takenBack) = (Now, 0);
            }

            if (++_takenBack != MostTakenBack)
            {
                return;
            }
        }

        throwOut();
        connection.Abort(new ConnectionAbortedException($"{MostTakenBack} calls were taken back as soon as they were made"));
    }
}
