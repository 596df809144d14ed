using System.Globalization;
using CriSharp.Primitives;
using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>What the TOML files say.</summary>
/// <param name="Settings">By setting.</param>
/// <param name="Runtimes">[crio.runtime.runtimes.NAME], by name.</param>
/// <param name="Ignored">Keys that mean nothing here: a crio.conf has many.</param>
internal sealed record ConfigurationFile(
    IReadOnlyDictionary<Setting, Given> Settings, IReadOnlyDictionary<string, RuntimeTable> Runtimes, IReadOnlyList<string> Ignored)
{
    public const string DefaultPath = "/etc/crisharp/crisharp.conf";
    private const string RuntimesPath = "crio.runtime.runtimes";

    /// <summary>The file, then those of the folder PATH.d in the order of their names; later ones go before earlier ones.</summary>
    /// <param name="path">Null: the usual place, where nothing need be.</param>
    /// <exception cref="RuntimeException">InvalidArgument: no file, no TOML, or a value of the wrong type.</exception>
    public static ConfigurationFile Read(string? path)
    {
        if (path is not null && !File.Exists(path))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"--config: there is no file \"{path}\"");
        }

        var reader = new Reader();
        foreach (var file in TomlFile.WithDropIns(path ?? DefaultPath))
        {
            reader.ReadFile(file);
        }

        return new ConfigurationFile(reader.Settings, reader.Runtimes, reader.Ignored);
    }

    private sealed class Reader
    {
        private static readonly Dictionary<string, Setting> ByPath =
            Configuration.Settings.All.Where(setting => setting.Key is not null).ToDictionary(setting => setting.Path, StringComparer.Ordinal);

        public Dictionary<Setting, Given> Settings { get; } = [];

        public Dictionary<string, RuntimeTable> Runtimes { get; } = new(StringComparer.Ordinal);

        public List<string> Ignored { get; } = [];

        public void ReadFile(string file)
        {
            try
            {
                ReadTable(TomlFile.Read(file));
            }
            catch (TomlException malformed)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, malformed.Message, malformed);
            }
        }

        private void ReadTable(TomlTable table)
        {
            foreach (var key in table.Keys)
            {
                var path = table.Path.Length > 0 ? $"{table.Path}.{key}" : key;
                if (ByPath.TryGetValue(path, out var setting))
                {
                    ReadSetting(table, key, setting);
                }
                else if (path == RuntimesPath && table.GetTable(key) is { } runtimes)
                {
                    ReadRuntimes(runtimes);
                }
                else if (table.TryGet(key, out var value) && value.Kind == TomlKind.Table)
                {
                    ReadTable(value.Table);
                }
                else
                {
                    Ignored.Add($"{table.FileName}: {path}");
                }
            }
        }

        private void ReadSetting(TomlTable table, string key, Setting setting)
        {
            var values = setting.Repeatable ? table.GetStrings(key)! : [TextOf(table, key)];
            // crio.conf writes "" for "as usual".
            if (values is not [""])
            {
                Settings[setting] = new Given(values, $"{table.FileName}: {setting.Path}");
            }
        }

        /// <summary>A true, a false and a number may stand there without quotes, as in a crio.conf.</summary>
        private static string TextOf(TomlTable table, string key) => table.TryGet(key, out var value) && value.Kind is TomlKind.Boolean or TomlKind.Integer
            ? value!.Kind == TomlKind.Boolean ? ConfigurationText.Of(value.Boolean) : value.Integer.ToString(CultureInfo.InvariantCulture)
            : table.GetString(key)!;

        private void ReadRuntimes(TomlTable runtimes)
        {
            foreach (var name in runtimes.Keys)
            {
                Runtimes[name] = RuntimeTableReader.Read(runtimes.GetTable(name)!);
            }
        }
    }
}
