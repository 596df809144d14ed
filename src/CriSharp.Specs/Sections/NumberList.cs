using System.Globalization;

namespace CriSharp.Specs.Sections;

/// <summary>Lists as cpuset(7) has them: numbers and ranges such as "0-3,5".</summary>
internal static class NumberList
{
    /// <summary>More than any kernel is built for.</summary>
    private const int Highest = 65_535;

    /// <summary>A page, which the kernel takes at once.</summary>
    private const int LongestList = 4096;

    /// <returns>The list as it is; null where it is empty.</returns>
    public static string? Check(string field, string list)
    {
        if (list.Length == 0)
        {
            return null;
        }

        if (list.Length > LongestList)
        {
            throw Refusal.Invalid($"{field} {Refusal.Quote(list)} has {list.Length} characters; {LongestList} is the limit");
        }

        foreach (var part in list.Split(','))
        {
            var ends = part.Split('-');
            if (ends.Length > 2 || !ends.All(IsNumber))
            {
                throw Refusal.Invalid($"{field} {Refusal.Quote(list)} is no list of numbers and ranges like 0-3,5: {Refusal.Quote(part)} is neither");
            }

            if (ends.Length == 2 && Number(ends[0]) > Number(ends[1]))
            {
                throw Refusal.Invalid($"{field} {Refusal.Quote(list)}: the range {part} ends before it begins");
            }
        }

        return list;
    }

    private static bool IsNumber(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= Highest;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
