using System.Collections;
using System.CommandLine;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;

namespace CriSharp.Daemon.CommandLine;

/// <summary>The flags of every setting, and --config.</summary>
/// <param name="environment">Null: the process's own.</param>
internal sealed class SettingFlags(IReadOnlyDictionary<string, string>? environment = null)
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

    /// <summary>Flags over variables, those over the drop-ins, those over the file, and that over what is usual.</summary>
    /// <exception cref="CriSharp.Primitives.RuntimeException">InvalidArgument.</exception>
    public DaemonOptions Read(ParseResult parsed)
    {
        var (given, file, variables) = Gather(parsed);
        return new OptionsReader(given, file.Runtimes).Read() with { IgnoredKeys = file.Ignored, UnknownVariables = variables.Unknown };
    }

    /// <summary>Only where a daemon listens that runs with them.</summary>
    /// <inheritdoc cref="Read" path="/exception"/>
    public string ReadListen(ParseResult parsed)
    {
        var (given, file, _) = Gather(parsed);
        return new OptionsReader(given, file.Runtimes).ReadListen();
    }

    private (Dictionary<Setting, Given> Given, ConfigurationFile File, SettingVariables Variables) Gather(ParseResult parsed)
    {
        var variables = SettingVariables.Read(environment ?? OfProcess(), FailPoints.Variable);
        var file = parsed.GetValue(_config) is { } path ? ConfigurationFile.Read(path) : ConfigurationFile.Read(variables.Config, SettingVariables.ConfigVariable);
        var given = new Dictionary<Setting, Given>(file.Settings);
        foreach (var (setting, said) in variables.Settings)
        {
            given[setting] = said;
        }

        foreach (var (setting, option) in _flags)
        {
            if (parsed.GetValue(option) is { Length: > 0 } values)
            {
                given[setting] = new Given(values, setting.Flag);
            }
        }

        return (given, file, variables);
    }

    private static Dictionary<string, string> OfProcess() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);

    private static Option<string[]> OptionOf(Setting setting) => new(setting.Flag)
    {
        Description = setting.Help + (setting.Repeatable ? "; may be repeated" : ""),
        // Where it takes one value, the last counts.
        Arity = ArgumentArity.OneOrMore,
        HelpName = "VALUE",
    };
}
