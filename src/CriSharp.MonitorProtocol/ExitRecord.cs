using System.Globalization;
using System.Numerics;
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
/// checksum crc32c 6580431a
/// </code>
/// Readers ignore names that they don't know. The checksum is of all that stands before its line. Monitors of the first release wrote none, and outlive
/// an upgrade: their record is whole when its last line is.
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

    private static ReadOnlySpan<byte> ChecksumLine => "checksum crc32c "u8;

    public byte[] Format()
    {
        var lines = FormatLines();
        return [.. lines, .. ChecksumLine, .. Encoding.ASCII.GetBytes(ChecksumOf(lines)), (byte)'\n'];
    }

    private byte[] FormatLines()
    {
        var signal = Signal is { } number ? string.Create(CultureInfo.InvariantCulture, $"signal {number}\n") : "";
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"version {CurrentVersion}\nexit-code {ExitCode}\n{signal}out-of-memory {(OutOfMemory ? "true" : "false")}\nfinished-at {FinishedAtUnixNanoseconds}\nlost-log-bytes {LostLogBytes}\n"));
    }

    /// <exception cref="FormatException">Another version, another content than the checksum says, a line without a value, or a needed line is absent.</exception>
    public static ExitRecord Parse(ReadOnlySpan<byte> content)
    {
        Verify(content);
        var (version, outOfMemory) = (0L, false);
        long? code = null, signal = null, finished = null, lost = null;
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
            LostLogBytes = lost ?? throw Malformed("no lost-log-bytes"),
        };
    }

    private static void Verify(ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty || content[^1] != '\n')
        {
            throw Malformed("it ends within a line");
        }

        var last = content[..^1].LastIndexOf((byte)'\n') + 1;
        if (content[last..].StartsWith(ChecksumLine)
            && !content[(last + ChecksumLine.Length)..^1].SequenceEqual(Encoding.ASCII.GetBytes(ChecksumOf(content[..last]))))
        {
            throw Malformed("its content is not what its checksum says");
        }
    }

    /// <summary>CRC-32C: the processor computes it, and the monitor loads no library for it.</summary>
    private static string ChecksumOf(ReadOnlySpan<byte> content)
    {
        var crc = uint.MaxValue;
        foreach (var value in content)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return (~crc).ToString("x8", CultureInfo.InvariantCulture);
    }

    private static long Number(string value) =>
        long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed(value);

    private static FormatException Malformed(string what) => new($"an exit record is malformed: {what}");
}
