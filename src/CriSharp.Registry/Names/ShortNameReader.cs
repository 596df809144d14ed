using CriSharp.Oci;
using CriSharp.Toml;

namespace CriSharp.Registry.Names;

/// <summary>The keys of registries.conf that speak of short names.</summary>
internal static class ShortNameReader
{
    private const string SearchKey = "unqualified-search-registries";
    private const string ModeKey = "short-name-mode";

    /// <exception cref="TomlException">What is wrong, and where.</exception>
    public static ShortNameRules Read(TomlTable table)
    {
        var search = table.GetStrings(SearchKey)?.Select(registry => RegistryOf(table, registry)).Distinct(StringComparer.Ordinal).ToList();
        return new ShortNameRules
        {
            Aliases = table.GetTable("aliases") is { } aliases ? aliases.Keys.ToDictionary(name => name, name => AliasOf(aliases, name)) : ShortNameRules.None.Aliases,
            SearchRegistries = search,
            SearchSource = table.TryGet(SearchKey, out var value) ? $"{table.FileName}:{value.Position.Line}" : "",
            Mode = ModeOf(table),
        };
    }

    private static string RegistryOf(TomlTable table, string text)
    {
        var registry = text.TrimEnd('/');
        return !registry.Contains('/', StringComparison.Ordinal) && ImageReference.TryParse($"{registry}/a/b", out var reference) && reference.Repository == $"{registry}/a/b"
            ? registry
            : throw table.Error(SearchKey, $"holds \"{text}\"; HOST[:PORT] is wanted");
    }

    private static string AliasOf(TomlTable aliases, string name)
    {
        if (!ShortImageName.TryParse(name, out var alias) || alias.Suffix.Length > 0)
        {
            throw aliases.Error(name, "is not a name without registry, tag and digest, so it can't be an alias");
        }

        var repository = aliases.GetString(name)!;
        var isRepository = ImageReference.TryParse($"{repository}:{ImageReference.DefaultTag}", out var reference)
            && reference.Digest is null && !ShortImageName.TryParse(repository, out _);
        return isRepository ? reference!.Repository
            : repository.Length == 0 ? ""
            : throw aliases.Error(name, $"is \"{repository}\"; HOST[:PORT]/REPOSITORY without tag and digest is wanted");
    }

    private static ShortNameMode? ModeOf(TomlTable table) => table.GetString(ModeKey) switch
    {
        null or "" => null,
        "enforcing" => ShortNameMode.Enforcing,
        "permissive" => ShortNameMode.Permissive,
        "disabled" => ShortNameMode.Disabled,
        var other => throw table.Error(ModeKey, $"is \"{other}\"; enforcing, permissive or disabled is wanted"),
    };
}
