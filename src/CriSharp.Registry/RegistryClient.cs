using CriSharp.Oci;
using CriSharp.Registry.Auth;
using CriSharp.Registry.Credentials;
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

    /// <summary>Who we are to each place that may have the image.</summary>
    /// <param name="own">The caller's, which go before those of the files; null: none.</param>
    /// <param name="files">Null: no files.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">
    /// PermissionDenied: registries.conf blocks it. FailedPrecondition, DeadlineExceeded: an auth file or a credential helper that can't be used.
    /// </exception>
    public async Task<RepositoryCredentials> FindCredentialsAsync(
        ImageReference reference, RegistryCredentials? own, PullCredentialFiles? files, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, RegistryCredentials>(StringComparer.Ordinal);
        foreach (var endpoint in _endpoints.For(reference).DistinctBy(endpoint => endpoint.Repository))
        {
            var credentials = own is not null && own.AreFor(endpoint) ? own : files is null ? null : await files.FindAsync(endpoint.Repository, cancellationToken);
            if (credentials is not null)
            {
                found[endpoint.Repository] = credentials;
            }
        }

        return found.Count == 0 ? RepositoryCredentials.None : new RepositoryCredentials(found);
    }

    /// <exception cref="CriSharp.Primitives.RuntimeException">PermissionDenied: registries.conf blocks it.</exception>
    public RegistryRepository OpenRepositoryAs(ImageReference reference, RepositoryCredentials credentials) => Open(reference, credentials.For);

    /// <param name="credentials">Null: anonymously. They are meant for the registry that the name tells, so its mirrors never see them.</param>
    /// <exception cref="CriSharp.Primitives.RuntimeException">PermissionDenied: registries.conf blocks it.</exception>
    public RegistryRepository OpenRepository(ImageReference reference, RegistryCredentials? credentials) =>
        Open(reference, endpoint => credentials is not null && credentials.AreFor(endpoint) ? credentials : null);

    private RegistryRepository Open(ImageReference reference, Func<RegistryEndpoint, RegistryCredentials?> credentials)
    {
        var request = new TokenRequest(_options, _hosts, _time);
        var connections = _endpoints.For(reference).Select(endpoint => new EndpointConnection(
            endpoint, new Authenticator(endpoint, credentials(endpoint), _tokens, request, _endpoints), _hosts, _options, _time));
        return new RegistryRepository(reference, [.. connections], _options, _time);
    }
}
