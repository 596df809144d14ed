using System.CommandLine;
using CriSharp.Daemon.Configuration;

namespace CriSharp.Daemon.CommandLine;

/// <summary>The flags of every setting, and --config.</summary>
internal sealed class SettingFlags
{
    private readonly Option<string?> _config = new("--config") { Description = $"TOML file, and the folder PATH.d beside it [{ConfigurationFile.DefaultPath}]" };
    private readonly IReadOnlyList<(Setting Setting, Option<string[]> Option)> _flags = [.. Settings.All.Select(setting => (setting, OptionOf(setting)))];

    public void AddTo(Command command)
    {
        command.Options.Add(_config);
        foreach (var (_, option) in _flags)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Flags over the file, the file over defaults.</summary>
    /// <exception cref="CriSharp.Primitives.RuntimeException">InvalidArgument.</exception>
    public DaemonOptions Read(ParseResult parsed)
    {
        var file = ConfigurationFile.Read(parsed.GetValue(_config));
        var given = new Dictionary<Setting, Given>(file.Settings);
        foreach (var (setting, option) in _flags)
        {
            if (parsed.GetValue(option) is { Length: > 0 } values)
            {
                given[setting] = new Given(values, setting.Flag);
            }
        }

        return new OptionsReader(given, file.Runtimes).Read() with { IgnoredKeys = file.Ignored };
    }

    private static Option<string[]> OptionOf(Setting setting) => new(setting.Flag)
    {
        Description = setting.Words + (setting.Repeatable ? "; may be repeated" : ""),
        // Where it takes one value, the last counts.
        Arity = ArgumentArity.OneOrMore,
        HelpName = "VALUE",
    };
}
