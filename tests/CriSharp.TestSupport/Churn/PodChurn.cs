using System.Diagnostics;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.TestSupport.Churn;

/// <summary>Pods come and go, many at once, with commands and pulls, while the daemon is ended and started again.</summary>
public sealed class PodChurn(DaemonInstance daemon, string imageName, string imageId, string imageBeside, ChurnOptions options)
{
    private const int PodsBetweenLooks = 100;

    private readonly ChurnReport _report = new();
    private int _next;

    public async Task<ChurnReport> RunAsync()
    {
        using var over = new CancellationTokenSource();
        using var limit = new CancellationTokenSource(options.Limit);
        var client = new PatientClient(daemon, _report, limit.Token);
        var beside = Task.WhenAll(RestartAsync(over.Token), options.PullsBeside ? PullAsync(client, over.Token) : Task.CompletedTask);

        await Task.WhenAll(Enumerable.Range(0, options.Parallel).Select(_ => WorkAsync(client)));
        await over.CancelAsync();
        await beside;
        return _report;
    }

    private async Task WorkAsync(PatientClient client)
    {
        int number;
        while ((number = Interlocked.Increment(ref _next)) <= options.Pods)
        {
            try
            {
                await new PodLife(daemon, client, _report, imageId).RunAsync(number);
            }
            catch (Exception failure)
            {
                _report.Wrong.Enqueue($"pod {number}: {failure.Message}");
            }

            var made = _report.CountPod();
            if (made % PodsBetweenLooks == 0 && options.Restarts == 0)
            {
                _report.Use.Enqueue(DaemonUse.Of(daemon.DaemonPid, made));
            }
        }
    }

    /// <summary>Ends the daemon whenever its share of the pods has been made.</summary>
    private async Task RestartAsync(CancellationToken over)
    {
        for (var restart = 1; restart <= options.Restarts; restart++)
        {
            while (_report.Pods < (long)options.Pods * restart / (options.Restarts + 1))
            {
                if (over.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            }

            await (restart % 2 == 0 ? daemon.StopDaemonAsync() : daemon.KillDaemonAsync());
            var began = Stopwatch.GetTimestamp();
            await daemon.StartDaemonAsync();
            _report.CountRestart(Stopwatch.GetElapsedTime(began));
        }
    }

    private async Task PullAsync(PatientClient client, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await client.AskAsync("PullImage", one => one.PullAsync(imageName));
            await client.AskAsync("PullImage", one => one.PullAsync(imageBeside));
            await client.AskAsync("RemoveImage", one => one.RemoveImageAsync(imageBeside));
            _report.CountPull();
            await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
        }
    }
}
