using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>The scopes that an image of a registry lies in, for policy.json and registries.d alike.</summary>
public static class PolicyScopes
{
    /// <summary>
    /// The most exact first: with tag or digest, the repository, its namespaces, the host with its port, then "*.org" for each domain above the
    /// host, which knows no port. Where digest and tag are given the digest counts.
    /// </summary>
    public static IEnumerable<string> Of(ImageReference image)
    {
        yield return image.ToString();
        var name = image.Repository;
        while (true)
        {
            yield return name;
            var slash = name.LastIndexOf('/');
            if (slash < 0)
            {
                break;
            }

            name = name[..slash];
        }

        var host = name.LastIndexOf(':') is >= 0 and var colon ? name[..colon] : name;
        for (var dot = host.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = host.IndexOf('.', StringComparison.Ordinal))
        {
            host = host[(dot + 1)..];
            yield return $"*.{host}";
        }
    }
}
