using Microsoft.Extensions.Logging;

namespace CriSharp.Daemon.Hosting;

internal static partial class DoorsLog
{
    [LoggerMessage(1070, LogLevel.Warning, "{Listener}: a connection of {Peer} is refused: there are {Count} of at most {Most}, of one peer at most {MostOfPeer}")]
    public static partial void RefusesConnection(this ILogger log, string listener, string peer, int count, int most, int mostOfPeer);

    [LoggerMessage(1072, LogLevel.Warning, "{Listener}: {Peer} takes its calls back as soon as it has made them: its connection is closed, and it gets none for {Seconds} s")]
    public static partial void ThrowsOut(this ILogger log, string listener, string peer, double seconds);

    [LoggerMessage(1071, LogLevel.Warning, "{Listener}: user {User} (group {Group}, pid {Pid}), who is not root, uses the socket: its mode and group allow that")]
    public static partial void LetsStrangerIn(this ILogger log, string listener, uint user, uint group, int pid);
}
