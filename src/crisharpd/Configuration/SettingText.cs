using System.Globalization;
using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>A key's value as the text that a flag would have.</summary>
internal static class SettingText
{
    /// <returns>Null for "", by which a crio.conf says "as usual".</returns>
    /// <exception cref="TomlException">The value has another type.</exception>
    public static Given? Read(TomlTable table, string key, Setting setting)
    {
        var values = setting.Repeatable ? table.GetStrings(key)! : [TextOf(table, key)];
        return values is [""] ? null : new Given(values, $"{table.PlaceOf(key)}: {setting.Path}");
    }

    /// <summary>True, false and whole numbers may stand there without quotes, as in a crio.conf.</summary>
    private static string TextOf(TomlTable table, string key)
    {
        table.TryGet(key, out var value);
        return value!.Kind switch
        {
            TomlKind.Boolean => ConfigurationText.Of(value.Boolean),
            TomlKind.Integer => value.Integer.ToString(CultureInfo.InvariantCulture),
            _ => table.GetString(key)!,
        };
    }
}
