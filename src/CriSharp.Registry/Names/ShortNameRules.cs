namespace CriSharp.Registry.Names;

/// <summary>
/// What registries.conf says of names without a registry.
/// https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
/// </summary>
public sealed record ShortNameRules
{
    public static readonly ShortNameRules None = new();

    /// <summary>"team/app" to "quay.io/team/app".</summary>
    public IReadOnlyDictionary<string, string> Aliases { get; init; } = new Dictionary<string, string>();

    /// <summary>unqualified-search-registries; null where no file speaks of them.</summary>
    public IReadOnlyList<string>? SearchRegistries { get; init; }

    /// <summary>"FILE:LINE" of the search registries, for errors.</summary>
    public string SearchSource { get; init; } = "";

    /// <summary>Null where no file speaks of it.</summary>
    public ShortNameMode? Mode { get; init; }

    /// <summary>Those of a file that is read after this one; an alias to nothing takes away an earlier one.</summary>
    internal ShortNameRules Then(ShortNameRules later)
    {
        var aliases = new Dictionary<string, string>(Aliases, StringComparer.Ordinal);
        foreach (var (name, repository) in later.Aliases)
        {
            aliases[name] = repository;
        }

        return new ShortNameRules
        {
            Aliases = aliases.Where(alias => alias.Value.Length > 0).ToDictionary(StringComparer.Ordinal),
            SearchRegistries = later.SearchRegistries ?? SearchRegistries,
            SearchSource = later.SearchRegistries is null ? SearchSource : later.SearchSource,
            Mode = later.Mode ?? Mode,
        };
    }
}

/// <summary>What a short name without an alias means where several registries are searched.</summary>
public enum ShortNameMode
{
    /// <summary>It is ambiguous, and refused: nobody is there to be asked.</summary>
    Enforcing,
    /// <summary>All are searched in their order, as nobody is there to be asked.</summary>
    Permissive,
    /// <summary>All are searched in their order.</summary>
    Disabled,
}
