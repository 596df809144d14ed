using System.Globalization;
using System.Text;

namespace CriSharp.Registry;

/// <summary>Words of others end up in logs and terminals: no control characters, none that turn the direction of writing, and not many.</summary>
internal static class PrintableWords
{
    private const int Limit = 400;

    public static string Of(string words)
    {
        var text = new StringBuilder();
        foreach (var letter in words.Take(Limit))
        {
            text.Append(IsPlain(letter) ? letter : ' ');
        }

        return text.ToString().Trim();
    }

    private static bool IsPlain(char letter) => char.GetUnicodeCategory(letter) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
