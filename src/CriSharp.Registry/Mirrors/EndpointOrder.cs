using CriSharp.Oci;

namespace CriSharp.Registry.Mirrors;

/// <summary>Where a repository is looked for, in order. Mirrors of registries.conf come before the registry itself once that file is read.</summary>
internal sealed class EndpointOrder(RegistryOptions options)
{
    private const string DockerHubHost = "registry-1.docker.io";

    private readonly HashSet<string> _insecure = new(options.InsecureRegistries, StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<RegistryEndpoint> For(ImageReference reference)
    {
        var host = reference.Domain == ImageReference.DefaultDomain ? DockerHubHost : reference.Domain;
        return [new RegistryEndpoint(host, reference.Path, IsInsecure(host))];
    }

    public bool IsInsecure(string host) => _insecure.Contains(host) || _insecure.Contains(new Uri($"https://{host}/").Host);
}
