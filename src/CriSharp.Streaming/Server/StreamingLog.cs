using Microsoft.Extensions.Logging;

namespace CriSharp.Streaming.Server;

internal static partial class StreamingLog
{
    [LoggerMessage(1601, LogLevel.Information, "{Kind} of {Id} ended after {Seconds:0.0} s: {End}")]
    public static partial void Ended(this ILogger log, string kind, string id, double seconds, string end);

    [LoggerMessage(1602, LogLevel.Information, "{Kind} of {Id} was cut off after {Seconds:0.0} s: {Reason}")]
    public static partial void Cut(this ILogger log, string kind, string id, double seconds, string reason);
}
