using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class DaemonHostLog
{
    [LoggerMessage(1001, LogLevel.Information, "crisharpd {Version} (pid {Pid}) serves {Root} on {Listen}")]
    public static partial void Serving(this ILogger log, string listen, string version, int pid, string root);

    [LoggerMessage(1003, LogLevel.Warning, "{Count} keys of the configuration are ignored, crisharpd does not know them: {Keys}")]
    public static partial void IgnoresKeys(this ILogger log, int count, string keys);

    [LoggerMessage(1002, LogLevel.Information, "crisharpd has stopped; containers go on")]
    public static partial void Stopped(this ILogger log);
}
