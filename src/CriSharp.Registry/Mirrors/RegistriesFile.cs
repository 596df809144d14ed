using CriSharp.Primitives;
using CriSharp.Registry.Names;
using CriSharp.Toml;

namespace CriSharp.Registry.Mirrors;

/// <summary>Reads registries.conf, version 2, and its drop-ins in the order of their names; a later rule replaces one of the same prefix, other keys likewise.</summary>
public static class RegistriesFile
{
    /// <summary>Where the file is unless somebody says otherwise; the vendor's stands in for it.</summary>
    public const string DefaultPath = "/etc/containers/registries.conf";

    private const string PathVariable = "CONTAINERS_REGISTRIES_CONF";
    private const string VendorPath = "/usr/share/containers/registries.conf";
    private const string FirstVersionKey = "registries";

    /// <summary>Where the file is when nobody has named it: the environment's word, as podman and skopeo take it, else <see cref="DefaultPath"/>.</summary>
    public static string UsualPath(Func<string, string?> environment) => environment(PathVariable) is { Length: > 0 } path ? path : DefaultPath;

    /// <param name="path">Neither the file nor the folders of drop-ins need be there.</param>
    /// <exception cref="RuntimeException">InvalidArgument: what is wrong, with file and line.</exception>
    public static RegistriesConfiguration Read(string path)
    {
        var rules = new Dictionary<string, RegistryRule>(StringComparer.Ordinal);
        var shortNames = ShortNameRules.None;
        IReadOnlyList<string>? helpers = null;
        foreach (var file in FilesOf(path))
        {
            var said = ReadOne(file);
            shortNames = shortNames.Then(said.ShortNames);
            helpers = said.CredentialHelpers ?? helpers;
            foreach (var rule in said.Rules)
            {
                rules[rule.Prefix] = rule;
            }
        }

        return new RegistriesConfiguration([.. rules.Values]) { ShortNames = shortNames, CredentialHelpers = helpers };
    }

    /// <summary>
    /// All that is read for a path: itself, then the *.conf of the folders beside it, FILE.d and that for programs of root, sorted by their names.
    /// Of equal names the first folder's counts.
    /// </summary>
    internal static IReadOnlyList<string> FilesOf(string path)
    {
        string[] mains = path == DefaultPath ? [path, VendorPath] : [path];
        var dropIns = mains.SelectMany(main => (string[])[$"{main}.d", $"{Path.ChangeExtension(main, null)}.rootful.conf.d"])
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder, "*.conf"))
            .DistinctBy(Path.GetFileName)
            .OrderBy(Path.GetFileName, StringComparer.Ordinal);
        return [.. mains.Where(File.Exists).Take(1), .. dropIns];
    }

    private static RegistriesConfiguration ReadOne(string file)
    {
        try
        {
            var table = TomlFile.Read(file);
            if (table.TryGet(FirstVersionKey, out _))
            {
                throw table.Error(FirstVersionKey, "is of the file's first version, which is not supported: write [[registry]]");
            }

            return new RegistriesConfiguration(RulesOf(table))
            {
                ShortNames = ShortNameReader.Read(table),
                CredentialHelpers = table.GetStrings("credential-helpers"),
            };
        }
        catch (TomlException malformed)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, malformed.Message, malformed);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"{file} can't be read: {unreadable.Message}", unreadable);
        }
    }

    private static List<RegistryRule> RulesOf(TomlTable table)
    {
        var rules = (table.GetTables("registry") ?? []).Select(RegistryRuleReader.Read).ToList();
        var twice = rules.GroupBy(rule => rule.Prefix, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        return twice is null
            ? rules
            : throw new RuntimeException(
                ErrorKind.InvalidArgument, $"{twice.Last().Source}: the prefix \"{twice.Key}\" was there before, in {twice.First().Source}");
    }
}
