using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>Which keys and tables a configuration file may have.</summary>
internal static class ConfigurationKeys
{
    private static readonly Dictionary<string, Setting> ByPath =
        Settings.All.Where(setting => setting.Key is not null).ToDictionary(setting => setting.Path, StringComparer.Ordinal);

    private static readonly HashSet<string> Tables = [.. Settings.All.SelectMany(setting => Prefixes(setting.Table)), ConfigurationFile.RuntimesPath];

    /// <returns>Null: no setting has this key.</returns>
    public static Setting? Find(string path) => ByPath.GetValueOrDefault(path);

    public static bool IsTable(string path) => Tables.Contains(path) || CrioKeys.IsTable(path);

    /// <returns>Why a key of CRI-O's means nothing here. Null: it is no such key, or a table.</returns>
    public static string? ReasonOf(TomlTable table, string key) =>
        table.TryGet(key, out var value) && value.Kind != TomlKind.Table ? CrioKeys.ReasonOf(table.NameOf(key)) : null;

    /// <summary>What may have been meant by a key that nobody knows.</summary>
    public static string Hint(string path) => NearWord.Hint(path, [.. ByPath.Keys, .. CrioKeys.All, .. Tables]);

    private static IEnumerable<string> Prefixes(string table)
    {
        for (var end = table.IndexOf('.', StringComparison.Ordinal); end > 0; end = table.IndexOf('.', end + 1))
        {
            yield return table[..end];
        }

        yield return table;
    }
}
