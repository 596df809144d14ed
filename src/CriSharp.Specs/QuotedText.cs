namespace CriSharp.Specs;

/// <summary>Foreign text in an error: quoted, short, on one line.</summary>
public static class QuotedText
{
    private const int ShownCharacters = 200;

    public static string Of(string text)
    {
        var shown = text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "...";
        return '"' + string.Concat(shown.Select(c => char.IsControl(c) ? $"\\u{(int)c:x4}" : c.ToString())) + '"';
    }
}
