using System.Globalization;
using System.Text;

namespace CriSharp.Toml.Tests;

/// <summary>A document in one line, with its types: text is quoted, dates stand between bars.</summary>
internal static class Shown
{
    public static string Of(TomlTable table) => $"{{{string.Join(", ", table.Keys.Select(key => $"{Quote(key)}: {(table.TryGet(key, out var value) ? Of(value) : "?")}"))}}}";

    private static string Of(TomlValue value) => value.Kind switch
    {
        TomlKind.Text => Quote(value.Text),
        TomlKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
        TomlKind.Float => $"{value.Float.ToString("R", CultureInfo.InvariantCulture)}f",
        TomlKind.Boolean => value.Boolean ? "true" : "false",
        TomlKind.DateTime => $"|{value.Text}|",
        TomlKind.Array => $"[{string.Join(", ", value.Items.Select(Of))}]",
        _ => Of(value.Table),
    };

    public static string Quote(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var character in text)
        {
            quoted.Append(character is < ' ' or '\x7f' ? $"<{(int)character:X2}>" : character);
        }

        return quoted.Append('\'').ToString();
    }
}
