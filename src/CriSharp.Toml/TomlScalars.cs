using System.Globalization;

namespace CriSharp.Toml;

/// <summary>Booleans, numbers, dates: what is written without quotes. https://toml.io/en/v1.0.0#integer</summary>
internal static class TomlScalars
{
    private const int LongestDate = 10;

    public static TomlValue Read(TomlCursor cursor)
    {
        var position = cursor.Position;
        var here = cursor.Here;
        var word = TakeWord(cursor);
        if (word.Length == LongestDate && cursor.Current == ' ' && char.IsAsciiDigit(cursor.Peek(1)) && TomlDates.IsDate(word))
        {
            // The one blank that a value may hold: between a date and its time.
            cursor.Skip(1);
            word = $"{word} {TakeWord(cursor)}";
        }

        return word switch
        {
            "" => throw new TomlException(cursor.FileName, position, $"a value is wanted, but there is {here}"),
            "true" => new TomlValue(TomlKind.Boolean, true, position),
            "false" => new TomlValue(TomlKind.Boolean, false, position),
            _ when TomlDates.IsDateOrTime(word) => new TomlValue(TomlKind.DateTime, word, position),
            _ => ReadNumber(word) is { } number
                ? new TomlValue(number is long ? TomlKind.Integer : TomlKind.Float, number, position)
                : throw new TomlException(cursor.FileName, position, $"'{Shorten(word)}' is no value: strings need quotes, integers have 64 bits"),
        };
    }

    private static string TakeWord(TomlCursor cursor) =>
        cursor.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '-' or '_' or '.' or ':');

    private static string Shorten(string word) => word.Length <= 80 ? word : word[..80] + "...";

    private static object? ReadNumber(string word)
    {
        if (word.StartsWith("0x", StringComparison.Ordinal))
        {
            return ReadPrefixed(word, 16, char.IsAsciiHexDigit);
        }

        if (word.StartsWith("0o", StringComparison.Ordinal))
        {
            return ReadPrefixed(word, 8, c => c is >= '0' and <= '7');
        }

        if (word.StartsWith("0b", StringComparison.Ordinal))
        {
            return ReadPrefixed(word, 2, c => c is '0' or '1');
        }

        var unsigned = word.TrimStart(['+', '-']);
        if (word.Length - unsigned.Length > 1)
        {
            return null;
        }

        if (unsigned is "inf" or "nan")
        {
            return unsigned == "nan" ? double.NaN : word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }

        if (AreDigits(unsigned, char.IsAsciiDigit))
        {
            return HasLeadingZero(unsigned) ? null : ReadDecimal(word);
        }

        return IsFloat(unsigned) ? ReadFloat(word) : null;
    }

    /// <summary>Digits with single underscores between them.</summary>
    private static bool AreDigits(ReadOnlySpan<char> digits, Func<char, bool> isDigit)
    {
        var wasDigit = false;
        foreach (var c in digits)
        {
            if (!isDigit(c) && (c != '_' || !wasDigit))
            {
                return false;
            }

            wasDigit = c != '_';
        }

        return wasDigit;
    }

    private static bool HasLeadingZero(ReadOnlySpan<char> digits) => digits.Length > 1 && digits[0] == '0';

    private static long? ReadDecimal(string word) =>
        long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? ReadPrefixed(string word, int radix, Func<char, bool> isDigit)
    {
        var digits = word[2..];
        if (!AreDigits(digits, isDigit))
        {
            return null;
        }

        UInt128 number = 0;
        foreach (var digit in digits.Replace("_", "", StringComparison.Ordinal))
        {
            number = (number * (uint)radix) + (uint)Convert.ToInt32(digit.ToString(), 16);
            if (number > long.MaxValue)
            {
                return null;
            }
        }

        return (long)number;
    }

    /// <summary>An integer part, then a fraction, an exponent or both.</summary>
    private static bool IsFloat(ReadOnlySpan<char> word)
    {
        var exponentAt = word.IndexOfAny('e', 'E');
        if (exponentAt >= 0)
        {
            var exponent = word[(exponentAt + 1)..];
            if (!AreDigits(exponent.Length > 0 && exponent[0] is '+' or '-' ? exponent[1..] : exponent, char.IsAsciiDigit))
            {
                return false;
            }

            word = word[..exponentAt];
        }

        var pointAt = word.IndexOf('.');
        var whole = pointAt < 0 ? word : word[..pointAt];
        return AreDigits(whole, char.IsAsciiDigit) && !HasLeadingZero(whole) && (pointAt < 0 || AreDigits(word[(pointAt + 1)..], char.IsAsciiDigit));
    }

    private static double? ReadFloat(string word) =>
        double.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
