using System.Globalization;
using System.Text;

namespace CriSharp.Ctl.Output;

/// <summary>Text of others that a terminal shows and does not obey: what controls it, or turns the direction of what follows, is written out.</summary>
internal static class Printable
{
    /// <summary>"a\x1b[31mb" for a name with an escape sequence in it.</summary>
    public static string Of(string text)
    {
        if (!text.Any(IsHarmful))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 8);
        foreach (var one in text)
        {
            _ = IsHarmful(one) ? shown.Append(Escaped(one)) : shown.Append(one);
        }

        return shown.ToString();
    }

    /// <summary>Several lines of words as one.</summary>
    public static string Line(string text) => Of(text.ReplaceLineEndings(" ").Trim());

    private static string Escaped(char one) =>
        one <= '\xff' ? string.Create(CultureInfo.InvariantCulture, $"\\x{(int)one:x2}") : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");

    // Format: among them the marks of direction, by which a name can look like another one. https://www.unicode.org/reports/tr36/
    private static bool IsHarmful(char one) =>
        char.GetUnicodeCategory(one) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
