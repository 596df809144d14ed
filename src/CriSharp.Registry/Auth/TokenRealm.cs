using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Auth;

/// <summary>
/// Where a registry may send us, with our credentials, for a token. Any HTTPS host, as Docker Hub's is another one than its registry; but never in
/// the clear over a network, and never into this machine or its metadata service from elsewhere.
/// </summary>
internal static class TokenRealm
{
    private const int LengthLimit = 2048;

    /// <summary>What is wrong with the realm, in words; null where all is well.</summary>
    public static string? Fault(string realm, RegistryEndpoint endpoint, string registryScheme, EndpointOrder endpoints)
    {
        if (realm.Length is 0 or > LengthLimit || !Uri.TryCreate(realm, UriKind.Absolute, out var uri)
            || (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp) || uri.UserInfo.Length > 0)
        {
            return "it is not an absolute http or https URL";
        }

        var registryHost = new Uri($"{registryScheme}://{endpoint.Host}/").Host;
        if (!LocalHost.MayLeadTo(registryHost, uri.Host))
        {
            return "it points into this machine or its link, and the registry is elsewhere";
        }

        if (uri.Scheme == Uri.UriSchemeHttps || endpoints.IsInsecure(uri, endpoint) || LocalHost.IsLoopback(uri.Host))
        {
            return null;
        }

        return registryScheme == Uri.UriSchemeHttp && string.Equals(uri.Host, registryHost, StringComparison.OrdinalIgnoreCase)
            ? null
            : "it has no TLS, and credentials would go there in the clear";
    }
}
