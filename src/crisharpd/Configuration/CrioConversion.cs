using CriSharp.Primitives;
using CriSharp.Toml;

namespace CriSharp.Daemon.Configuration;

/// <summary>What of a crio.conf, and of the folder beside it, is a configuration of crisharpd, and what is not.</summary>
internal sealed class CrioConversion
{
    private const string OwnState = "CRI-O's state is there: crisharpd has a form and a folder of its own";
    private const string ProfileOfCrio = "crio-default";

    private readonly Dictionary<Setting, Given> _settings = [];
    private readonly Dictionary<string, RuntimeTable> _runtimes = new(StringComparer.Ordinal);
    private readonly List<IgnoredKey> _ignored = [];
    private readonly List<string> _unknown = [];

    private CrioConversion()
    {
    }

    public IReadOnlyDictionary<Setting, Given> Settings => _settings;

    public IReadOnlyDictionary<string, RuntimeTable> Runtimes => _runtimes;

    /// <summary>What has no meaning here, or another one than in CRI-O.</summary>
    public IReadOnlyList<IgnoredKey> Ignored => _ignored;

    /// <summary>What CRI-O does not know either: "FILE:LINE: KEY".</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <exception cref="RuntimeException">InvalidArgument: no such file, or no TOML.</exception>
    public static CrioConversion Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"--from-crio: there is no file \"{path}\"");
        }

        var conversion = new CrioConversion();
        try
        {
            foreach (var file in TomlFile.WithDropIns(path))
            {
                conversion.Take(TomlFile.Read(file));
            }
        }
        catch (TomlException malformed)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, malformed.Message, malformed);
        }

        return conversion;
    }

    private void Take(TomlTable table)
    {
        foreach (var key in table.Keys)
        {
            var path = table.NameOf(key);
            if (ConfigurationKeys.Find(path) is { } setting)
            {
                Take(table, key, setting);
            }
            else if (path == ConfigurationFile.RuntimesPath)
            {
                TakeRuntimes(table.GetTable(key)!);
            }
            else if (ConfigurationKeys.ReasonOf(table, key) is { } reason)
            {
                _ignored.Add(new IgnoredKey(path, table.PlaceOf(key), reason));
            }
            else if (ConfigurationKeys.IsTable(path))
            {
                Take(table.GetTable(key)!);
            }
            else
            {
                _unknown.Add($"{table.PlaceOf(key)}: {path}{ConfigurationKeys.Hint(path)}");
            }
        }
    }

    private void Take(TomlTable table, string key, Setting setting)
    {
        // What an earlier file said is over, also by "as usual" and by what can't be taken.
        _settings.Remove(setting);
        if (SettingText.Read(table, key, setting) is not { } given)
        {
            return;
        }

        if (WhyNot(setting, given.Values) is { } reason)
        {
            _ignored.Add(new IgnoredKey(setting.Path, table.PlaceOf(key), reason));
            return;
        }

        _settings[setting] = given with { Source = table.PlaceOf(key) };
    }

    /// <summary>Keys that both have, with values that only CRI-O can use.</summary>
    private static string? WhyNot(Setting setting, IReadOnlyList<string> values) => setting switch
    {
        _ when setting == Configuration.Settings.Root || setting == Configuration.Settings.RunRoot || setting == Configuration.Settings.ImageStore => OwnState,
        _ when setting == Configuration.Settings.Listen => "that socket stays CRI-O's: kubelet and crictl are to be given crisharpd's",
        _ when setting == Configuration.Settings.Monitor => "the monitors of crisharpd are its own, conmon-sharp",
        _ when setting == Configuration.Settings.AppArmorProfile && values[^1] == ProfileOfCrio => "CRI-O loads this profile: crisharpd loads one of its own",
        _ => null,
    };

    private void TakeRuntimes(TomlTable runtimes)
    {
        foreach (var name in runtimes.Keys)
        {
            var table = runtimes.GetTable(name)!;
            try
            {
                var read = RuntimeTableReader.Read(table, runtimes.PlaceOf(name), key => Pass(table, key));
                if (read.Root.Length > 0)
                {
                    _ignored.Add(new IgnoredKey(table.NameOf("runtime_root"), table.PlaceOf("runtime_root"), OwnState));
                }

                _runtimes[name] = read with { Root = "" };
            }
            catch (TomlException wrong)
            {
                _ignored.Add(new IgnoredKey(table.Path, runtimes.PlaceOf(name), $"the handler can't be taken: {wrong.Message}"));
            }
        }
    }

    private void Pass(TomlTable table, string key)
    {
        if (RuntimeTableReader.ReasonOf(key) is { } reason)
        {
            _ignored.Add(new IgnoredKey(table.NameOf(key), table.PlaceOf(key), reason));
            return;
        }

        _unknown.Add($"{table.PlaceOf(key)}: {table.NameOf(key)}{RuntimeTableReader.Hint(key)}");
    }
}
