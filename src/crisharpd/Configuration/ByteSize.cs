using System.Globalization;

namespace CriSharp.Daemon.Configuration;

/// <summary>Sizes as people write them: a whole number of bytes, or of K, M, G or T, each 1024 times the one before; "i" and "B" may follow.</summary>
internal static class ByteSize
{
    public const string Auto = "auto";
    public const string Expected = "a size such as 0, 16MiB or 1G";

    private const string Units = "KMGT";

    public static bool TryParse(string text, out long bytes)
    {
        var digits = text.AsSpan().TrimEnd('B').TrimEnd('i');
        var power = digits.IsEmpty ? -1 : Units.IndexOf(char.ToUpperInvariant(digits[^1]), StringComparison.Ordinal);
        var number = power < 0 ? text.AsSpan().TrimEnd('B') : digits[..^1];
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out bytes))
        {
            return false;
        }

        var unit = 1L << (10 * (power + 1));
        var fits = bytes <= long.MaxValue / unit;
        bytes = fits ? bytes * unit : 0;
        return fits;
    }

    /// <param name="bytes">Null: "auto".</param>
    public static bool TryParseOrAuto(string text, out long? bytes)
    {
        bytes = null;
        if (text == Auto)
        {
            return true;
        }

        var isSize = TryParse(text, out var size);
        bytes = isSize ? size : null;
        return isSize;
    }

    /// <summary>In the largest unit that leaves a whole number.</summary>
    public static string Format(long bytes)
    {
        var power = 0;
        while (power < Units.Length && bytes > 0 && bytes % 1024 == 0)
        {
            bytes /= 1024;
            power++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes}{(power == 0 ? "" : $"{Units[power - 1]}iB")}");
    }
}
