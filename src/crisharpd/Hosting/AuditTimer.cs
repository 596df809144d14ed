using CriSharp.Daemon.Configuration;
using CriSharp.Pods.Audit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

/// <summary>Audits in the background, as often as the options say.</summary>
internal sealed partial class AuditTimer(AuditLeftovers audit, DaemonOptions options, TimeProvider time, ILogger<AuditTimer> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.AuditInterval is not { } interval)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await audit.RunAsync(AuditScope.RemoveSure, stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(logger, interval.TotalSeconds, failure);
            }
        }
    }

    [LoggerMessage(1010, LogLevel.Error, "The audit in the background failed; the next one comes in {Seconds} s")]
    private static partial void Failed(ILogger logger, double seconds, Exception failure);
}
