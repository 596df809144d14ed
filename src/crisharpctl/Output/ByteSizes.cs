using System.Globalization;

namespace CriSharp.Ctl.Output;

/// <summary>Numbers of bytes as people read them, in powers of 1000 as disks and networks count; and read from what people type.</summary>
internal static class ByteSizes
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    public static string Words(double bytes)
    {
        var unit = 0;
        // 999.95 would be printed as 1000.0 of the smaller unit.
        while (unit < Units.Length - 1 && bytes >= (unit == 0 ? 1000 : 999.95))
        {
            bytes /= 1000;
            unit++;
        }

        return unit == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B")
            : string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {Units[unit]}");
    }

    /// <summary>"64m", "1.5g", "4096": powers of 1024, as memory is counted.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.Trim().ToLowerInvariant().TrimEnd('b').TrimEnd('i');
        long factor = number.Length == 0 ? 1 : number[^1] switch
        {
            'k' => 1L << 10,
            'm' => 1L << 20,
            'g' => 1L << 30,
            't' => 1L << 40,
            _ => 1,
        };
        if (factor != 1)
        {
            number = number[..^1];
        }

        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            || amount * factor is not (>= 0 and < long.MaxValue))
        {
            return false;
        }

        bytes = (long)(amount * factor);
        return true;
    }
}
