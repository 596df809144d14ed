using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class WatchdogLog
{
    [LoggerMessage(1020, LogLevel.Error, "The daemon does not serve ({Count} times in a row): {Failure}; systemd ends it {Seconds} s after it was last healthy")]
    public static partial void UnhealthyUntilKilled(this ILogger log, int count, string failure, double seconds);

    [LoggerMessage(1021, LogLevel.Error, "The daemon does not serve ({Count} times in a row): {Failure}")]
    public static partial void Unhealthy(this ILogger log, int count, string failure);
}
