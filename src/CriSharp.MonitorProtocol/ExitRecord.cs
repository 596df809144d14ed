using System.Globalization;
using System.Text;

namespace CriSharp.MonitorProtocol;

/// <summary>
/// How a container ended: written by its monitor, durably, before anybody is told. On disk lines of <c>name value</c>:
/// <code>
/// version 1
/// exit-code 137
/// signal 9
/// out-of-memory true
/// finished-at 1763706925123456789
/// lost-log-bytes 0
/// </code>
/// Readers ignore names that they don't know.
/// </summary>
public sealed record ExitRecord
{
    public const int CurrentVersion = 1;

    /// <summary>No record is longer: a reader may stop there.</summary>
    public const int LongestBytes = 4096;

    /// <summary>The process's own code, or 128 + signal. 0 to 255.</summary>
    public required int ExitCode { get; init; }

    /// <summary>Number of the signal that ended it; null when it ended by itself.</summary>
    public int? Signal { get; init; }

    /// <summary>The kernel killed a process of the container for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>Nanoseconds since 1970 UTC.</summary>
    public required long FinishedAtUnixNanoseconds { get; init; }

    /// <summary>Output that could not be written to the log (disk full).</summary>
    public long LostLogBytes { get; init; }

    public byte[] Format()
    {
        var signal = Signal is { } number ? string.Create(CultureInfo.InvariantCulture, $"signal {number}\n") : "";
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"version {CurrentVersion}\nexit-code {ExitCode}\n{signal}out-of-memory {(OutOfMemory ? "true" : "false")}\nfinished-at {FinishedAtUnixNanoseconds}\nlost-log-bytes {LostLogBytes}\n"));
    }

    /// <exception cref="FormatException">Another version, a line without a value, or a needed line is absent.</exception>
    public static ExitRecord Parse(ReadOnlySpan<byte> content)
    {
        var (version, outOfMemory, lost) = (0L, false, 0L);
        long? code = null, signal = null, finished = null;
        foreach (var line in Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var (name, value) = space < 0 ? throw Malformed(line) : (line[..space], line[(space + 1)..]);
            switch (name)
            {
                case "version": version = Number(value); break;
                case "exit-code": code = Number(value); break;
                case "signal": signal = Number(value); break;
                case "out-of-memory": outOfMemory = value == "true"; break;
                case "finished-at": finished = Number(value); break;
                case "lost-log-bytes": lost = Number(value); break;
            }
        }

        if (version != CurrentVersion)
        {
            throw new FormatException($"an exit record of version {version} can't be read: this program reads version {CurrentVersion}");
        }

        return new ExitRecord
        {
            ExitCode = (int)(code ?? throw Malformed("no exit-code")),
            Signal = (int?)signal,
            OutOfMemory = outOfMemory,
            FinishedAtUnixNanoseconds = finished ?? throw Malformed("no finished-at"),
            LostLogBytes = lost,
        };
    }

    private static long Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed(value);

    private static FormatException Malformed(string what) => new($"an exit record is malformed: {what}");
}
