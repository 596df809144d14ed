using System.Globalization;

namespace CriSharp.Daemon.Configuration;

/// <summary>A duration as Go writes it, since crio.conf does: "1h30m", "5m", "30s", "100ms", "0".</summary>
internal static class Duration
{
    public const string Expected = "a duration such as 30s, 5m or 1h";
    public const string AboveZero = "a duration above zero, such as 500ms, 30s or 5m";
    public const string Limit = "a duration from 1s to 24h";

    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("ms", TimeSpan.FromMilliseconds(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1))];

    // Ten million hours still fit in a TimeSpan.
    private const int MaxDigits = 7;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text == "0")
        {
            return true;
        }

        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > MaxDigits || duration > Longest || !TryUnit(rest[digits..], out var unit, out var unitLength))
            {
                return false;
            }

            duration += int.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture) * unit;
            rest = rest[(digits + unitLength)..];
        }

        return text.Length > 0 && duration <= Longest;
    }

    public static string Format(TimeSpan duration)
    {
        var milliseconds = (long)duration.TotalMilliseconds;
        var (amount, unit) = milliseconds switch
        {
            _ when milliseconds % 60_000 == 0 && milliseconds > 0 => (milliseconds / 60_000, "m"),
            _ when milliseconds % 1000 == 0 => (milliseconds / 1000, "s"),
            _ => (milliseconds, "ms"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{amount}{unit}");
    }

    private static bool TryUnit(ReadOnlySpan<char> text, out TimeSpan length, out int characters)
    {
        foreach (var (name, unit) in Units)
        {
            if (text.StartsWith(name, StringComparison.Ordinal))
            {
                (length, characters) = (unit, name.Length);
                return true;
            }
        }

        (length, characters) = (default, 0);
        return false;
    }
}
