using CriSharp.Registry.Names;

namespace CriSharp.Registry.Mirrors;

/// <summary>
/// What registries.conf says of registries: where else to look for their images, which may not be asked, and which ones short names mean.
/// https://github.com/containers/image/blob/main/docs/containers-registries.conf.5.md
/// </summary>
/// <param name="Rules">One per prefix.</param>
public sealed record RegistriesConfiguration(IReadOnlyList<RegistryRule> Rules)
{
    public static readonly RegistriesConfiguration None = new([]);

    public ShortNameRules ShortNames { get; init; } = ShortNameRules.None;

    /// <summary>Where credentials are looked for, in this order: programs docker-credential-NAME, and "containers-auth.json" for the files. Null: the files.</summary>
    public IReadOnlyList<string>? CredentialHelpers { get; init; }

    /// <param name="repository">"docker.io/library/busybox".</param>
    /// <returns>The rule with the longest prefix that fits; null where none does.</returns>
    public RegistryRule? RuleFor(string repository) => Rules.Where(rule => rule.Covers(repository)).MaxBy(rule => rule.Prefix.Length);
}

/// <summary>One [[registry]].</summary>
public sealed record RegistryRule
{
    private const string AnyHostBelow = "*.";

    /// <summary>"HOST[:PORT][/PATH]", or "*.DOMAIN[:PORT]" for every host below a domain; also with a tag or a digest.</summary>
    public required string Prefix { get; init; }

    /// <summary>Stands in the prefix's place when the registry itself is asked; empty for "*.DOMAIN": the name as it is.</summary>
    public required string Location { get; init; }

    /// <summary>Plain HTTP and unverified certificates are allowed.</summary>
    public bool IsInsecure { get; init; }

    public bool IsBlocked { get; init; }

    /// <summary>Asked in this order, before the registry itself.</summary>
    public IReadOnlyList<RegistryMirror> Mirrors { get; init; } = [];

    /// <summary>"FILE:LINE", for errors.</summary>
    public required string Source { get; init; }

    /// <summary>The prefix has a tag or a digest, so no repository has this rule.</summary>
    public bool IsNeverFound => Prefix.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash && Prefix.AsSpan(slash).ContainsAny(':', '@');

    internal bool IsWildcard => Prefix.StartsWith(AnyHostBelow, StringComparison.Ordinal);

    internal bool Covers(string repository) => IsWildcard
        ? HostOf(repository).EndsWith(Prefix[1..], StringComparison.OrdinalIgnoreCase)
        : repository == Prefix || repository.StartsWith($"{Prefix}/", StringComparison.Ordinal);

    /// <summary>The repository with the location in the place of the prefix.</summary>
    internal string At(string location, string repository)
    {
        if (location.Length == 0)
        {
            return repository;
        }

        var rest = repository[(IsWildcard ? HostOf(repository).Length : Prefix.Length)..];

        // Behind a port or a path there is no place for a port.
        return location + (rest.StartsWith(':') && location.AsSpan().ContainsAny(':', '/') ? rest[rest.IndexOf('/', StringComparison.Ordinal)..] : rest);
    }

    /// <summary>With its port only if the prefix has one: a wildcard is for all ports.</summary>
    private string HostOf(string repository)
    {
        var host = repository[..repository.IndexOf('/', StringComparison.Ordinal)];
        return Prefix.Contains(':', StringComparison.Ordinal) ? host : host.Split(':')[0];
    }
}

/// <summary>One [[registry.mirror]].</summary>
/// <param name="Location">"HOST[:PORT][/PATH]".</param>
/// <param name="IsInsecure">Plain HTTP and unverified certificates are allowed.</param>
public sealed record RegistryMirror(string Location, bool IsInsecure, MirrorUse Use)
{
    internal bool Serves(bool byDigest) => Use switch
    {
        MirrorUse.DigestOnly => byDigest,
        MirrorUse.TagOnly => !byDigest,
        _ => true,
    };
}

/// <summary>Which pulls a mirror is asked for: tags that it might serve outdated, or digests, of which it can't.</summary>
public enum MirrorUse
{
    All,
    DigestOnly,
    TagOnly,
}
