using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Names;

/// <summary>
/// What names stand for on this node. One with a registry is itself. A short one is its alias; else it is looked for in the search registries;
/// where no file speaks of those, docker.io is meant. All verbs ask here, so that a name means the same to each of them.
/// </summary>
/// <param name="registries">registries.conf as it is now.</param>
/// <param name="mode">Goes before what the files say; null: theirs, else enforcing.</param>
public sealed class ImageNames(Func<RegistriesConfiguration> registries, ShortNameMode? mode)
{
    /// <summary>Without any registries.conf.</summary>
    public static readonly ImageNames Plain = new(() => RegistriesConfiguration.None, null);

    /// <returns>At least one; several are to be tried in their order.</returns>
    /// <exception cref="RuntimeException">InvalidArgument: no image reference, or a short name that is ambiguous or means nothing here.</exception>
    public IReadOnlyList<ImageReference> Resolve(string name)
    {
        try
        {
            var reference = ImageReference.Parse(name);
            return ShortImageName.TryParse(name, out var shortName) ? Candidates(shortName, reference) : [reference];
        }
        catch (FormatException malformed)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the image can't be pulled: {malformed.Message}", malformed);
        }
    }

    /// <returns>As <see cref="Resolve"/>; none for a name that can't be pulled.</returns>
    public IReadOnlyList<ImageReference> Find(string name)
    {
        if (!ImageReference.TryParse(name, out var reference))
        {
            return [];
        }

        try
        {
            return ShortImageName.TryParse(name, out var shortName) ? Candidates(shortName, reference) : [reference];
        }
        catch (Exception unusable) when (unusable is RuntimeException { Kind: ErrorKind.InvalidArgument } or FormatException)
        {
            return [];
        }
    }

    private IReadOnlyList<ImageReference> Candidates(ShortImageName name, ImageReference atDockerHub)
    {
        var rules = registries().ShortNames;
        if (rules.Aliases.TryGetValue(name.Path, out var repository))
        {
            return [name.As(repository)];
        }

        if (rules.SearchRegistries is not { } search)
        {
            return [atDockerHub];
        }

        if (search.Count == 0)
        {
            throw Refused(name, $"it has no alias, and no registry is searched ({rules.SearchSource})");
        }

        return search.Count == 1 || (mode ?? rules.Mode ?? ShortNameMode.Enforcing) != ShortNameMode.Enforcing
            ? [.. search.Select(name.At)]
            : throw Refused(name, $"it has no alias, and may be meant to be any of {string.Join(", ", search.Select(name.At))} ({rules.SearchSource}, short-name-mode enforcing)");
    }

    private static RuntimeException Refused(ShortImageName name, string why) =>
        new(ErrorKind.InvalidArgument, $"the image can't be pulled: the short name \"{name}\" does not tell its registry: {why}; write the full name, or give it an alias in registries.conf");
}
