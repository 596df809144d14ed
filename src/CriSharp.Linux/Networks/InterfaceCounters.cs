using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Namespaces;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Networks;

/// <summary>What went through a network interface since it was made.</summary>
public sealed record InterfaceCounters(string Name, ulong ReceivedBytes, ulong ReceiveErrors, ulong SentBytes, ulong SendErrors)
{
    public ulong ReceivedPackets { get; init; }

    public ulong ReceiveDrops { get; init; }

    public ulong SentPackets { get; init; }

    public ulong SendDrops { get; init; }

    // proc_pid_net(5), "dev": NAME: bytes packets errs drop fifo frame compressed multicast, then bytes packets errs ... of what was sent
    private const int FieldCount = 16;
    private const int LimitBytes = 1 << 20;

    /// <summary>Those of the network namespace that a process lives in.</summary>
    /// <returns>Null: it has gone.</returns>
    public static IReadOnlyList<InterfaceCounters>? TryReadOf(ProcessIdentity process) =>
        TryRead($"/proc/{process.Pid}/net/dev") is { } counters && ProcessIdentity.TryRead(process.Pid) == process ? counters : null;

    /// <summary>Those of a namespace that nobody may live in. Takes a thread of its own.</summary>
    /// <returns>Null: it has gone.</returns>
    public static async Task<IReadOnlyList<InterfaceCounters>?> TryReadInAsync(NetworkNamespace network)
    {
        try
        {
            return await network.RunAsync(() => TryRead("/proc/thread-self/net/dev"));
        }
        catch (LinuxException gone) when (gone.ErrorNumber is Errno.ENOENT or Errno.EINVAL)
        {
            return null;
        }
    }

    /// <summary>What /proc/net/dev says.</summary>
    /// <returns>Lines that are not of that form are left out.</returns>
    internal static IReadOnlyList<InterfaceCounters> Parse(string text) =>
        [.. text.Split('\n').Select(TryParseLine).OfType<InterfaceCounters>()];

    private static IReadOnlyList<InterfaceCounters>? TryRead(string path)
    {
        using var file = OpenAt2.TryOpen(Libc.CurrentDirectory, path, OpenFlags.ReadOnly, mode: 0, resolve: 0, out _);
        try
        {
            return file is null ? null : Parse(Encoding.UTF8.GetString(FileDescriptor.ReadToEnd(file, LimitBytes, path)));
        }
        catch (IOException)
        {
            // The process has gone since, or has more interfaces than anybody wants to be told of.
            return null;
        }
    }

    private static InterfaceCounters? TryParseLine(string line)
    {
        var colon = line.LastIndexOf(':');
        var name = colon < 0 ? "" : line[..colon].Trim();
        var fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return name.Length > 0 && fields.Length >= FieldCount
            && TryNumber(fields[0]) is { } received && TryNumber(fields[2]) is { } receiveErrors
            && TryNumber(fields[8]) is { } sent && TryNumber(fields[10]) is { } sendErrors
            && TryNumber(fields[1]) is { } receivedPackets && TryNumber(fields[3]) is { } receiveDrops
            && TryNumber(fields[9]) is { } sentPackets && TryNumber(fields[11]) is { } sendDrops
                ? new InterfaceCounters(name, received, receiveErrors, sent, sendErrors)
                {
                    ReceivedPackets = receivedPackets,
                    ReceiveDrops = receiveDrops,
                    SentPackets = sentPackets,
                    SendDrops = sendDrops,
                }
                : null;
    }

    private static ulong? TryNumber(string text) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
