using System.Text;
using CriSharp.Linux.Files;
using CriSharp.MonitorProtocol;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>Tells in a container's log that what the container says from there on is lost, since its monitor has died.</summary>
public static class LostOutput
{
    private const int TailBytes = 4096;

    /// <param name="words">One line. Not told a second time where the log already ends with it.</param>
    /// <param name="logDirectory">A folder above the log: below it no link is followed.</param>
    /// <exception cref="IOException">The log can't be read or written.</exception>
    public static void Tell(string logPath, string logDirectory, string words, DateTimeOffset at)
    {
        // Removed by who owns it: no new one is made.
        if (!File.Exists(logPath))
        {
            return;
        }

        var tail = ReadTail(logPath, logDirectory);
        if (tail.Contains(words, StringComparison.Ordinal))
        {
            return;
        }

        using var log = LogFile.OpenAppend(logPath, logDirectory);
        FileDescriptor.WriteAll(log, [.. tail.Length > 0 && tail[^1] != '\n' ? "\n"u8 : [], .. Line($"crisharp: {words}", at)]);
    }

    private static string ReadTail(string logPath, string logDirectory)
    {
        using var log = LogFile.OpenRead(logPath, logDirectory);
        var tail = new byte[TailBytes];
        var count = RandomAccess.Read(log, tail, Math.Max(0, RandomAccess.GetLength(log) - TailBytes));
        return Encoding.UTF8.GetString(tail, 0, count);
    }

    private static byte[] Line(string text, DateTimeOffset at)
    {
        var line = new byte[LogPrefix.LengthBytes + Encoding.UTF8.GetByteCount(text) + 1];
        var prefix = new LogPrefix();
        prefix.SetTime((at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
        prefix.CopyTo(line, LogStream.Stderr, partial: false);
        Encoding.UTF8.GetBytes(text, line.AsSpan(LogPrefix.LengthBytes));
        line[^1] = (byte)'\n';
        return line;
    }
}
