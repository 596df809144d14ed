using CriSharp.Oci;
using CriSharp.Toml;

namespace CriSharp.Registry.Mirrors;

/// <summary>One table [[registry]] as a rule. What would make a rule mean something else than it says is refused; unknown keys are not.</summary>
internal static class RegistryRuleReader
{
    private const string PullFromMirror = "pull-from-mirror";
    private const string MirrorByDigestOnly = "mirror-by-digest-only";

    /// <exception cref="TomlException">What is wrong, and where.</exception>
    public static RegistryRule Read(TomlTable table)
    {
        var location = LocationOf(table, "location", IsLocationOrImage);
        var prefix = PrefixOf(table, location);
        if (IsLocation(prefix) && location.Length > 0 && !IsLocation(location))
        {
            throw table.Error("location", $"is \"{location}\"; HOST[:PORT][/PATH] is wanted");
        }

        if (location.Length == 0 && !prefix.StartsWith('*'))
        {
            location = prefix;
        }

        var byDigestOnly = table.GetBoolean(MirrorByDigestOnly) ?? false;
        return new RegistryRule
        {
            Prefix = prefix,
            Location = location,
            IsInsecure = table.GetBoolean("insecure") ?? false,
            IsBlocked = table.GetBoolean("blocked") ?? false,
            Mirrors = [.. (table.GetTables("mirror") ?? []).Select(mirror => MirrorOf(mirror, byDigestOnly))],
            Source = $"{table.FileName}:{BeginningOf(table).Line}",
        };
    }

    private static RegistryMirror MirrorOf(TomlTable table, bool byDigestOnly)
    {
        var location = LocationOf(table, "location", IsLocation);
        if (location.Length == 0)
        {
            throw Incomplete(table, "has no location: where is the mirror?");
        }

        var said = table.GetString(PullFromMirror) ?? "";
        if (byDigestOnly && said.Length > 0)
        {
            throw table.Error(PullFromMirror, $"can't be said beside {MirrorByDigestOnly} = true");
        }

        var use = said switch
        {
            "" => byDigestOnly ? MirrorUse.DigestOnly : MirrorUse.All,
            "all" => MirrorUse.All,
            "digest-only" => MirrorUse.DigestOnly,
            "tag-only" => MirrorUse.TagOnly,
            _ => throw table.Error(PullFromMirror, $"is \"{said}\"; all, digest-only or tag-only is wanted"),
        };
        return new RegistryMirror(location, table.GetBoolean("insecure") ?? false, use);
    }

    private static string PrefixOf(TomlTable table, string location)
    {
        var prefix = (table.GetString("prefix") ?? "").TrimEnd('/');
        if (prefix.Length == 0)
        {
            return location.Length > 0 ? location : throw Incomplete(table, "has neither location nor prefix: which registry is meant?");
        }

        if (!prefix.StartsWith('*'))
        {
            return IsLocationOrImage(prefix) ? prefix : throw table.Error("prefix", $"is \"{prefix}\"; HOST[:PORT][/PATH] or *.DOMAIN is wanted");
        }

        return prefix.StartsWith("*.", StringComparison.Ordinal) && !prefix.Contains('/', StringComparison.Ordinal) && IsLocation(prefix[2..])
            ? prefix
            : throw table.Error("prefix", $"is \"{prefix}\"; *.DOMAIN is wanted");
    }

    private static string LocationOf(TomlTable table, string key, Func<string, bool> isOne)
    {
        var location = (table.GetString(key) ?? "").TrimEnd('/');
        if (location.Length == 0 || isOne(location))
        {
            return location;
        }

        // Where there is an @ it is not said what it is: what stands before may be a password.
        throw location.Contains('@', StringComparison.Ordinal)
            ? table.Error(key, "has an @; HOST[:PORT][/PATH] is wanted, and logins stand in auth files")
            : table.Error(key, $"is \"{location}\"; HOST[:PORT][/PATH] is wanted");
    }

    /// <summary>What a repository's name can begin with, unchanged by what is added to short names.</summary>
    private static bool IsLocation(string text) =>
        ImageReference.TryParse($"{text}/a/b", out var reference) && reference.Repository == $"{text}/a/b" && reference.Digest is null;

    /// <summary>
    /// A rule for one tag or digest is allowed by the file's manual, so the file is read; but rules are looked for by the repository alone, here as in the library
    /// that the manual is of, so this one is never found.
    /// </summary>
    private static bool IsLocationOrImage(string text) =>
        IsLocation(text) || (ImageReference.TryParse(text, out var image) && text.StartsWith(image.Repository, StringComparison.Ordinal) && text.Length > image.Repository.Length);

    private static TomlException Incomplete(TomlTable table, string problem) => new(table.FileName, BeginningOf(table), $"[[{table.Path}]] {problem}");

    /// <summary>Of its first value, as a table itself has no place.</summary>
    private static TomlPosition BeginningOf(TomlTable table) =>
        table.Keys.Count > 0 && table.TryGet(table.Keys[0], out var first) ? first.Position : new TomlPosition(1, 1);
}
