using CriSharp.Oci;
using CriSharp.Registry.Auth;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Transport;

namespace CriSharp.Registry;

/// <summary>
/// Fetches from registries that speak the OCI distribution protocol. Keeps connections and tokens; one for the whole daemon.
/// https://github.com/opencontainers/distribution-spec/blob/main/spec.md
/// </summary>
public sealed class RegistryClient
{
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly EndpointOrder _endpoints;
    private readonly HostClients _hosts;
    private readonly TokenCache _tokens;

    public RegistryClient(RegistryOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _endpoints = new EndpointOrder(options);
        _hosts = new HostClients(options, _endpoints);
        _tokens = new TokenCache(time);
    }

    /// <param name="credentials">Null: anonymously. They are meant for the registry that the name tells, so its mirrors never see them.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">PermissionDenied: registries.conf blocks it.</exception>
    public RegistryRepository OpenRepository(ImageReference reference, RegistryCredentials? credentials)
    {
        var request = new TokenRequest(_options, _hosts, _time);
        var connections = _endpoints.For(reference).Select(endpoint => new EndpointConnection(
            endpoint, new Authenticator(endpoint, endpoint.IsMirror ? null : credentials, _tokens, request, _endpoints), _hosts, _options, _time));
        return new RegistryRepository(reference, [.. connections], _options, _time);
    }

    /// <summary>A small file beside the registries, such as a signature in a lookaside store. Nobody's credentials are sent.</summary>
    /// <param name="address">http or https.</param>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="CriSharp.Primitives.RuntimeException">Unauthenticated, PermissionDenied, Unavailable, DeadlineExceeded, ResourceExhausted: over the limit.</exception>
    public Task<byte[]?> TryFetchFileAsync(Uri address, int limitBytes, CancellationToken cancellationToken) =>
        new WebFile(_hosts, _options, _time).TryFetchAsync(address, limitBytes, cancellationToken);
}
