namespace CriSharp.Daemon.Configuration;

/// <summary>One thing that can be set: by a flag, by a key of the TOML file, or left at its default. Its text is parsed once, by <see cref="OptionsReader"/>.</summary>
/// <param name="Flag">"--root".</param>
/// <param name="Table">Table of the key: "crio" or "crio.api", as crio.conf has it.</param>
/// <param name="Key">"root". Null: only a flag.</param>
/// <param name="Words">For --help.</param>
/// <param name="Repeatable">Takes several values; an array in TOML.</param>
internal sealed record Setting(string Flag, string Table, string? Key, string Words, bool Repeatable = false)
{
    /// <summary>"crio.api.listen".</summary>
    public string Path => $"{Table}.{Key}";
}

/// <summary>The text of a setting and where it was said.</summary>
internal sealed record Given(IReadOnlyList<string> Values, string Source);
