using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class ReloadConfigurationLog
{
    [LoggerMessage(1022, LogLevel.Information, "The configuration is read again; {Outcome}")]
    public static partial void Reloaded(this ILogger log, string outcome);

    [LoggerMessage(1023, LogLevel.Warning, "These settings are other ones in the configuration now, but only a restart takes them up: {Settings}")]
    public static partial void WantsRestart(this ILogger log, string settings);

    [LoggerMessage(1024, LogLevel.Error, "The configuration is not taken, the old one stays: {Failure}")]
    public static partial void RefusesConfiguration(this ILogger log, string failure);
}
