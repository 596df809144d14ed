using CriSharp.Primitives;
using CriSharp.Toml;

namespace CriSharp.Registry.Mirrors;

/// <summary>Reads registries.conf, version 2, and the *.conf of the folder FILE.d in the order of their names; a later rule replaces one of the same prefix.</summary>
public static class RegistriesFile
{
    private const string FirstVersionKey = "registries";

    /// <param name="path">Neither the file nor the folder need be there.</param>
    /// <exception cref="RuntimeException">InvalidArgument: what is wrong, with file and line.</exception>
    public static RegistriesConfiguration Read(string path)
    {
        var rules = new Dictionary<string, RegistryRule>(StringComparer.Ordinal);
        foreach (var rule in TomlFile.WithDropIns(path).SelectMany(RulesOf))
        {
            rules[rule.Prefix] = rule;
        }

        return rules.Count > 0 ? new RegistriesConfiguration([.. rules.Values]) : RegistriesConfiguration.None;
    }

    private static IReadOnlyList<RegistryRule> RulesOf(string file)
    {
        try
        {
            var table = TomlFile.Read(file);
            if (table.TryGet(FirstVersionKey, out _))
            {
                throw table.Error(FirstVersionKey, "is of the file's first version, which is not supported: write [[registry]]");
            }

            var rules = (table.GetTables("registry") ?? []).Select(RegistryRuleReader.Read).ToList();
            var twice = rules.GroupBy(rule => rule.Prefix, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
            return twice is null
                ? rules
                : throw new RuntimeException(
                    ErrorKind.InvalidArgument, $"{twice.Last().Source}: the prefix \"{twice.Key}\" was there before, in {twice.First().Source}");
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
}
