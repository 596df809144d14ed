namespace CriSharp.Daemon.Configuration;

/// <summary>
/// One thing that can be set: by a flag, by a variable of the environment, by a key of the TOML files, or left as it usually is. Its text is parsed
/// once, by <see cref="OptionsReader"/>; help, printed configurations and errors are made of what is said here.
/// </summary>
/// <param name="Flag">"--root".</param>
/// <param name="Table">Table of the key: "crio" or "crio.api", as crio.conf has it.</param>
/// <param name="Key">"root". Null: no key of its own.</param>
/// <param name="Words">What it means.</param>
/// <param name="Repeatable">Takes several values; an array in TOML.</param>
internal sealed record Setting(string Flag, string Table, string? Key, string Words, bool Repeatable = false)
{
    private const string VariablePrefix = "CRISHARP_";

    /// <summary>What its values look like, with their range and unit: "is not" stands before it in errors.</summary>
    public string Takes { get; init; } = "";

    /// <summary>What it is where nothing says otherwise; empty where that depends on the host or on other settings.</summary>
    public IReadOnlyList<string> Usual { get; init; } = [];

    /// <summary>The same for people.</summary>
    public string UsualWords { get => field ?? string.Join(", ", Usual); init; }

    /// <summary>A reload takes changes up; else only a restart does.</summary>
    public bool IsLive { get; init; }

    /// <summary>"crio.api.listen".</summary>
    public string Path => $"{Table}.{Key}";

    /// <summary>"CRISHARP_LOG_LEVEL".</summary>
    public string Variable => VariableOf(Flag);

    /// <summary>For --help.</summary>
    public string Help => $"{Words}; takes {Takes}{(UsualWords.Length > 0 ? $" [{UsualWords}]" : "")}";

    public static string VariableOf(string flag) => VariablePrefix + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    public static bool IsVariable(string name) => name.StartsWith(VariablePrefix, StringComparison.Ordinal);
}

/// <summary>The text of a setting and where it was said.</summary>
internal sealed record Given(IReadOnlyList<string> Values, string Source);
