using System.Globalization;

namespace CriSharp.Toml;

/// <summary>Dates and times of RFC 3339, checked and kept as text. https://toml.io/en/v1.0.0#offset-date-time</summary>
internal static class TomlDates
{
    private const int DateLength = 10;
    private const int TimeLength = 8;
    private const int OffsetLength = 6;

    public static bool IsDateOrTime(string word)
    {
        if (IsDate(word) || IsTime(word))
        {
            return true;
        }

        if (word.Length <= DateLength || word[DateLength] is not ('T' or 't' or ' ') || !IsDate(word.AsSpan(0, DateLength)))
        {
            return false;
        }

        var time = word.AsSpan(DateLength + 1);
        if (time.IsEmpty)
        {
            return false;
        }

        if (time[^1..] is "Z" or "z")
        {
            return IsTime(time[..^1]);
        }

        return IsTime(time) || (time.Length > OffsetLength && IsOffset(time[^OffsetLength..]) && IsTime(time[..^OffsetLength]));
    }

    public static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length == DateLength && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <summary>Seconds go to 60 for a leap second.</summary>
    private static bool IsTime(ReadOnlySpan<char> text)
    {
        if (text.Length < TimeLength || text[5] != ':' || !IsHourAndMinute(text[..5]) || !IsNumber(text[6..8], 60))
        {
            return false;
        }

        var fraction = text[TimeLength..];
        return fraction.IsEmpty || (fraction[0] == '.' && fraction.Length > 1 && !fraction[1..].ContainsAnyExceptInRange('0', '9'));
    }

    private static bool IsOffset(ReadOnlySpan<char> text) => text[0] is '+' or '-' && IsHourAndMinute(text[1..]);

    private static bool IsHourAndMinute(ReadOnlySpan<char> text) => text[2] == ':' && IsNumber(text[..2], 23) && IsNumber(text[3..5], 59);

    private static bool IsNumber(ReadOnlySpan<char> text, int highest) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= highest;
}
