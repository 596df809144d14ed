using System.Globalization;
using CriSharp.Primitives;
using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>What the TOML files say.</summary>
/// <param name="Settings">By setting.</param>
/// <param name="Runtimes">[crio.runtime.runtimes.NAME], by name.</param>
/// <param name="Ignored">Keys of CRI-O's that mean nothing here.</param>
internal sealed record ConfigurationFile(
    IReadOnlyDictionary<Setting, Given> Settings, IReadOnlyDictionary<string, RuntimeTable> Runtimes, IReadOnlyList<IgnoredKey> Ignored)
{
    public const string DefaultPath = "/etc/crisharp/crisharp.conf";

    /// <summary>Of the tables of handlers.</summary>
    public const string RuntimesPath = "crio.runtime.runtimes";

    /// <summary>The file, then those of the folder PATH.d in the order of their names; later ones go before earlier ones.</summary>
    /// <param name="path">Null: the usual place, where nothing need be.</param>
    /// <param name="source">What named the path.</param>
    /// <exception cref="RuntimeException">InvalidArgument: no file, no TOML, a key that nobody knows, or a value of the wrong type.</exception>
    public static ConfigurationFile Read(string? path, string source = "--config")
    {
        if (path is not null && !File.Exists(path))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"{source}: there is no file \"{path}\"");
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
        public Dictionary<Setting, Given> Settings { get; } = [];

        public Dictionary<string, RuntimeTable> Runtimes { get; } = new(StringComparer.Ordinal);

        public List<IgnoredKey> Ignored { get; } = [];

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
                var path = table.NameOf(key);
                if (ConfigurationKeys.Find(path) is { } setting)
                {
                    // What an earlier file said is over, also by "as usual".
                    Settings.Remove(setting);
                    if (SettingText.Read(table, key, setting) is { } given)
                    {
                        Settings[setting] = given;
                    }
                }
                else if (path == RuntimesPath)
                {
                    ReadRuntimes(table.GetTable(key)!);
                }
                else if (ConfigurationKeys.ReasonOf(table, key) is { } reason)
                {
                    Ignored.Add(new IgnoredKey(path, table.PlaceOf(key), reason));
                }
                else if (ConfigurationKeys.IsTable(path))
                {
                    ReadTable(table.GetTable(key)!);
                }
                else
                {
                    throw table.Error(key, $"is known neither here nor to CRI-O{ConfigurationKeys.Hint(path)}");
                }
            }
        }

        private void ReadRuntimes(TomlTable runtimes)
        {
            foreach (var name in runtimes.Keys)
            {
                Runtimes[name] = RuntimeTableReader.Read(runtimes.GetTable(name)!, runtimes.PlaceOf(name));
            }
        }
    }
}
