using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class DaemonHostLog
{
    [LoggerMessage(1001, LogLevel.Information, "crisharpd {Version} (pid {Pid}) serves {Root} on {Listen}")]
    public static partial void Serving(this ILogger log, string listen, string version, int pid, string root);

    [LoggerMessage(1011, LogLevel.Debug, "Pages of the program are kept in memory: {Reason}")]
    public static partial void KeepsPages(this ILogger log, string reason);

    [LoggerMessage(1010, LogLevel.Information, "Metrics are served on {Address}")]
    public static partial void ServingMetrics(this ILogger log, string address);

    [LoggerMessage(1003, LogLevel.Warning, "{Count} keys of the configuration are CRI-O's and mean nothing here: {Keys}")]
    public static partial void IgnoresKeys(this ILogger log, int count, string keys);

    [LoggerMessage(1009, LogLevel.Warning, "No setting has these variables of the environment: {Names}")]
    public static partial void IgnoresVariables(this ILogger log, string names);

    [LoggerMessage(1007, LogLevel.Error, "{Reason}; pods that ask for it are refused, those that are there can be stopped and removed")]
    public static partial void LacksRuntime(this ILogger log, string reason);

    [LoggerMessage(1002, LogLevel.Information, "crisharpd has stopped; containers go on")]
    public static partial void Stopped(this ILogger log);

    [LoggerMessage(1004, LogLevel.Information, "crisharpd stops: {Calls} calls are under way and have {Seconds} s to end")]
    public static partial void Stopping(this ILogger log, int calls, double seconds);

    [LoggerMessage(1005, LogLevel.Warning, "{Count} calls did not end when they were told to: {Names}")]
    public static partial void LeftCalls(this ILogger log, int count, string names);

    [LoggerMessage(1006, LogLevel.Warning, "What earlier daemons left behind could not be tidied up wholly; the next audit tries again")]
    public static partial void NotTidied(this ILogger log, Exception failure);
}
