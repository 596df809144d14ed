using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Errors;

internal static partial class ErrorDoorLog
{
    [LoggerMessage(1101, LogLevel.Debug, "{Method} answered in {Milliseconds} ms")]
    public static partial void Answered(this ILogger log, string method, long milliseconds);

    [LoggerMessage(1102, LogLevel.Debug, "{Method} is not supported")]
    public static partial void Unimplemented(this ILogger log, string method);

    [LoggerMessage(1103, LogLevel.Information, "{Method} ended after {Milliseconds} ms as {Code}: {Detail}")]
    public static partial void Refused(this ILogger log, string method, long milliseconds, StatusCode code, string detail);

    [LoggerMessage(1104, LogLevel.Warning, "{Method} failed after {Milliseconds} ms as {Code}: {Detail}")]
    public static partial void Failed(this ILogger log, string method, long milliseconds, StatusCode code, string detail);

    [LoggerMessage(1105, LogLevel.Error, "{Method} failed after {Milliseconds} ms as {Code}: {Detail}")]
    public static partial void Broken(this ILogger log, string method, long milliseconds, StatusCode code, string detail, Exception failure);
}
