using System.Buffers.Text;

namespace CriSharp.Linux.Cgroups;

/// <summary>How long tasks have waited for a resource. https://docs.kernel.org/accounting/psi.html</summary>
/// <param name="Some">At least one task waited.</param>
/// <param name="Full">All waited at once; null where the kernel does not tell.</param>
public sealed record Pressure(Stall Some, Stall? Full)
{
    /// <returns>Null: not in the kernel's form.</returns>
    internal static Pressure? Parse(ReadOnlySpan<byte> text)
    {
        Stall? some = null, full = null;
        foreach (var range in text.Split((byte)'\n'))
        {
            var line = text[range];
            if (line.StartsWith("some "u8))
            {
                some = Stall.Parse(line[5..]);
            }
            else if (line.StartsWith("full "u8))
            {
                full = Stall.Parse(line[5..]);
            }
        }

        return some is { } known ? new Pressure(known, full) : null;
    }
}

/// <param name="Average10">Percent of the last ten seconds; so for 60 and 300.</param>
/// <param name="TotalNanoseconds">Since the cgroup was made.</param>
public readonly record struct Stall(double Average10, double Average60, double Average300, ulong TotalNanoseconds)
{
    private const ulong NanosecondsPerMicrosecond = 1000;

    /// <summary>"avg10=0.00 avg60=0.00 avg300=0.00 total=0", the total in microseconds.</summary>
    internal static Stall? Parse(ReadOnlySpan<byte> text) =>
        Percent(ref text, "avg10="u8) is { } ten
        && Percent(ref text, " avg60="u8) is { } sixty
        && Percent(ref text, " avg300="u8) is { } threeHundred
        && text.StartsWith(" total="u8)
        && CgroupText.Number(text[7..]) is { } total and <= ulong.MaxValue / NanosecondsPerMicrosecond
            ? new Stall(ten, sixty, threeHundred, total * NanosecondsPerMicrosecond)
            : null;

    private static double? Percent(ref ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        if (!text.StartsWith(key) || !Utf8Parser.TryParse(text[key.Length..], out double percent, out var length) || percent is not (>= 0 and <= 100))
        {
            return null;
        }

        text = text[(key.Length + length)..];
        return percent;
    }
}
