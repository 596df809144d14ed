namespace CriSharp.Daemon.Configuration;

/// <summary>
/// What the environment says: CRISHARP_ and the flag's name, in capitals. Several values stand between commas, as in CRI-O's variables; an empty
/// variable says nothing.
/// </summary>
internal sealed class SettingVariables
{
    private SettingVariables(Dictionary<Setting, Given> settings, string? config, IReadOnlyList<string> unknown) =>
        (Settings, Config, Unknown) = (settings, config, unknown);

    /// <summary>Of --config.</summary>
    public static string ConfigVariable { get; } = Setting.VariableOf("--config");

    public IReadOnlyDictionary<Setting, Given> Settings { get; }

    /// <summary>Path of the configuration file.</summary>
    public string? Config { get; }

    /// <summary>Names that begin as ours do and are nothing's. They are told, not refused: the environment is shared with other programs.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <param name="environment">Names and values.</param>
    /// <param name="others">Variables of the daemon's that are no settings.</param>
    public static SettingVariables Read(IReadOnlyDictionary<string, string> environment, params string[] others)
    {
        var settings = new Dictionary<Setting, Given>();
        var known = new HashSet<string>([ConfigVariable, .. others], StringComparer.Ordinal);
        foreach (var setting in Configuration.Settings.All)
        {
            known.Add(setting.Variable);
            if (environment.TryGetValue(setting.Variable, out var text) && text.Length > 0)
            {
                settings[setting] = new Given(setting.Repeatable ? Split(text) : [text], setting.Variable);
            }
        }

        var config = environment.TryGetValue(ConfigVariable, out var path) && path.Length > 0 ? path : null;
        return new SettingVariables(settings, config, [.. environment.Keys.Where(Setting.IsVariable).Except(known).Order(StringComparer.Ordinal)]);
    }

    private static string[] Split(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
