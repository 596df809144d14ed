using System.Globalization;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Daemon.Hosting;

/// <summary>How lines of the log look, by where standard error leads.</summary>
/// <param name="HasPriorities">The journal takes them off again. sd-daemon(3)</param>
/// <param name="HasColours">For people at a terminal.</param>
internal sealed record LogStyle(bool HasPriorities, bool HasColours)
{
    private const int StandardError = 2;

    public static LogStyle Plain { get; } = new(false, false);

    /// <param name="variable">A variable of the environment; null: not set.</param>
    public static LogStyle Detect(Func<string, string?> variable) => new(
        IsJournal(variable("JOURNAL_STREAM"), StandardErrorFile()),
        !Console.IsErrorRedirected && WantsColours(variable));

    /// <summary>
    /// The variable is inherited by whatever a service starts: standard error is the journal only where it is the very file that is named.
    /// systemd.exec(5)
    /// </summary>
    /// <param name="stream">"DEVICE:INODE", both decimal.</param>
    internal static bool IsJournal(string? stream, (ulong Device, ulong Inode)? file) =>
        file is { } there && stream == string.Create(CultureInfo.InvariantCulture, $"{there.Device}:{there.Inode}");

    /// <summary>https://no-color.org/</summary>
    internal static bool WantsColours(Func<string, string?> variable) =>
        string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") is not (null or "" or "dumb");

    private static (ulong Device, ulong Inode)? StandardErrorFile()
    {
        try
        {
            using var handle = new SafeFileHandle(StandardError, ownsHandle: false);
            var status = FileDescriptor.Stat(handle);
            return (FileAt.DeviceNumber(status.Device.Major, status.Device.Minor), status.Inode);
        }
        catch (LinuxException)
        {
            // Closed: nobody reads it.
            return null;
        }
    }
}
