using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class RootHealthLog
{
    [LoggerMessage(1021, LogLevel.Error, "{Reason}: {Words}")]
    public static partial void RootIsIll(this ILogger log, string reason, string words);

    [LoggerMessage(1022, LogLevel.Information, "{Root} and {RunRoot} can be written again")]
    public static partial void RootIsWell(this ILogger log, string root, string runRoot);

    [LoggerMessage(1023, LogLevel.Warning, "The disk is full: a part of the reserve for state was given up, {HeldBytes} of {SizeBytes} bytes are left in {Folder}")]
    public static partial void ReserveGivenUp(this ILogger log, long heldBytes, long sizeBytes, string folder);

    [LoggerMessage(1024, LogLevel.Information, "There is room again: the reserve of {SizeBytes} bytes for state in {Folder} is whole")]
    public static partial void ReserveRestored(this ILogger log, long sizeBytes, string folder);

    [LoggerMessage(1025, LogLevel.Warning, "The reserve for state in {Folder} is not whole, {HeldBytes} of {SizeBytes} bytes, and {FreeBytes} bytes are free: nothing new is made until there is room")]
    public static partial void ReserveMissing(this ILogger log, long heldBytes, long sizeBytes, string folder, long freeBytes);
}
