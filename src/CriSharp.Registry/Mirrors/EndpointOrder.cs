using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Registry.Mirrors;

/// <summary>Where a repository is looked for, in order: the mirrors that registries.conf names, then the registry itself.</summary>
internal sealed class EndpointOrder(RegistryOptions options)
{
    public const string DockerHubHost = "registry-1.docker.io";

    private volatile InsecurePlaces _insecure = InsecurePlaces.Of(RegistriesConfiguration.None);

    /// <exception cref="RuntimeException">PermissionDenied: registries.conf blocks it.</exception>
    public IReadOnlyList<RegistryEndpoint> For(ImageReference reference)
    {
        if (options.Registries().RuleFor(reference.Repository) is not { } rule)
        {
            return [Endpoint(reference.Repository, isInsecure: false, isMirror: false)];
        }

        if (rule.IsBlocked)
        {
            throw new RuntimeException(ErrorKind.PermissionDenied, $"{reference.Repository} may not be pulled: {rule.Prefix} is blocked in {rule.Source}");
        }

        var mirrors = rule.Mirrors.Where(mirror => mirror.Serves(reference.Digest is not null));
        return
        [
            .. mirrors.Select(mirror => Endpoint(rule.At(mirror.Location, reference.Repository), mirror.IsInsecure, isMirror: true)),
            Endpoint(rule.At(rule.Location, reference.Repository), rule.IsInsecure, isMirror: false),
        ];
    }

    /// <summary>Of where a registry leads, by a redirect or for a token: its own host is as secure as the registry, another one as a whole.</summary>
    public bool IsInsecure(Uri address, RegistryEndpoint from) => from.IsAt(address) ? from.IsInsecure : IsInsecure(address.Authority);

    /// <summary>Of a host as a whole: by the daemon's own configuration, or by any rule.</summary>
    public bool IsInsecure(string host)
    {
        var registries = options.Registries();
        var insecure = _insecure;
        if (!ReferenceEquals(insecure.Registries, registries))
        {
            _insecure = insecure = InsecurePlaces.Of(registries);
        }

        return IsNamed(host) || Holds(insecure.Hosts, host);
    }

    private bool IsNamed(string host) => Holds(options.InsecureRegistries(), host);

    /// <summary>With its port or without.</summary>
    private static bool Holds(IEnumerable<string> hosts, string host) =>
        hosts.Contains(host, StringComparer.OrdinalIgnoreCase) || hosts.Contains(new Uri($"https://{host}/").Host, StringComparer.OrdinalIgnoreCase);

    /// <summary>As the rule that covers it says; what other rules say of the same host is of no account.</summary>
    private RegistryEndpoint Endpoint(string repository, bool isInsecure, bool isMirror)
    {
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var domain = repository[..slash];
        var host = domain == ImageReference.DefaultDomain ? DockerHubHost : domain;
        return new RegistryEndpoint(host, repository[(slash + 1)..], isInsecure || IsNamed(host)) { IsMirror = isMirror, Repository = repository };
    }

    /// <summary>Those without a path: the rest is insecure in a part only.</summary>
    private static IEnumerable<string> InsecureHosts(RegistriesConfiguration registries) => registries.Rules
        .SelectMany(rule => rule.Mirrors.Select(mirror => (mirror.Location, mirror.IsInsecure)).Append((rule.Location, rule.IsInsecure)))
        .Where(place => place.IsInsecure && place.Location.Length > 0 && !place.Location.Contains('/', StringComparison.Ordinal))
        .Select(place => place.Location);

    private sealed record InsecurePlaces(RegistriesConfiguration Registries, IReadOnlyList<string> Hosts)
    {
        public static InsecurePlaces Of(RegistriesConfiguration registries) => new(registries, [.. InsecureHosts(registries)]);
    }
}
