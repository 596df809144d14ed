using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class RootHealthLog
{
    [LoggerMessage(1021, LogLevel.Error, "{Reason}: {Words}")]
    public static partial void RootIsIll(this ILogger log, string reason, string words);

    [LoggerMessage(1022, LogLevel.Information, "{Root} and {RunRoot} can be written again")]
    public static partial void RootIsWell(this ILogger log, string root, string runRoot);

    [LoggerMessage(1023, LogLevel.Warning, "The disk is full: the reserve for state in {Folder} holds {HeldBytes} of its {SizeBytes} bytes; nothing new is made until there is room")]
    public static partial void ReserveIsUsed(this ILogger log, string folder, long heldBytes, long sizeBytes);

    [LoggerMessage(1024, LogLevel.Information, "There is room again: the reserve for state in {Folder} is whole, {SizeBytes} bytes")]
    public static partial void ReserveIsWhole(this ILogger log, string folder, long sizeBytes);
}
