using CriSharp.Oci;

namespace CriSharp.Registry.Credentials;

/// <summary>
/// The keys of auth files. Repositories and their parents are meant as they stand; docker's older files write URLs instead.
/// https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
/// </summary>
internal static class CredentialKeys
{
    /// <summary>What docker calls its own registry, to files and to helpers.</summary>
    public const string DockerHubUrl = "https://index.docker.io/v1/";

    private static readonly string[] Schemes = ["https://", "http://"];
    private static readonly string[] ApiPaths = ["/v1", "/v2"];
    private static readonly string[] DockerHubHosts = ["index.docker.io", "registry-1.docker.io"];

    /// <param name="repository">"docker.io/library/busybox".</param>
    /// <returns>The repository, what lies above it, and last its host.</returns>
    public static IEnumerable<string> For(string repository)
    {
        for (var key = repository; ; key = key[..key.LastIndexOf('/')])
        {
            yield return key;
            if (!key.Contains('/', StringComparison.Ordinal))
            {
                yield break;
            }
        }
    }

    /// <summary>A key as <see cref="For"/> gives it, whatever way it is written: "docker.io" for "https://index.docker.io/v1/".</summary>
    public static string Normalized(string key)
    {
        var text = key;
        if (Schemes.FirstOrDefault(scheme => key.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)) is { } found)
        {
            text = key[found.Length..].TrimEnd('/');
            text = ApiPaths.FirstOrDefault(path => text.EndsWith(path, StringComparison.Ordinal)) is { } path ? text[..^path.Length] : text;
        }

        text = text.TrimEnd('/').ToLowerInvariant();
        var host = text.Split('/', 2)[0];
        return DockerHubHosts.Contains(host) ? ImageReference.DefaultDomain + text[host.Length..] : text;
    }

    /// <summary>The host of a repository or of an address, as docker.io where it is docker's.</summary>
    public static string HostOf(string address) => Normalized(address).Split('/', 2)[0];
}
