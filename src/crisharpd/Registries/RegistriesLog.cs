using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Registries;

internal static partial class RegistriesLog
{
    [LoggerMessage(1060, LogLevel.Information, "The rules of registries in {File} and its drop-ins have changed and are taken up")]
    public static partial void TakesRegistries(this ILogger log, string file);

    [LoggerMessage(1061, LogLevel.Error, "The changed rules of registries are not taken, the old ones stay: {Failure}")]
    public static partial void RefusesRegistries(this ILogger log, string failure);
}
