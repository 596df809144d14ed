using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>One <see cref="HostClient"/> per host and trust, made anew when the host's certificates change on disk.</summary>
internal sealed class HostClients(RegistryOptions options, EndpointOrder endpoints)
{
    private readonly Dictionary<(string Host, bool IsInsecure), (string Fingerprint, HostClient Client)> _clients = [];

    public HostClient For(RegistryEndpoint endpoint) => For(endpoint.Host, endpoint.IsInsecure);

    /// <param name="host">"HOST" or "HOST:PORT".</param>
    public HostClient For(string host) => For(host, endpoints.IsInsecure(host));

    /// <summary>Where a registry leads to.</summary>
    public HostClient For(string host, RegistryEndpoint from) => For(host, endpoints.IsInsecure(host, from));

    private HostClient For(string host, bool isInsecure)
    {
        var key = (host.ToLowerInvariant(), isInsecure);
        lock (_clients)
        {
            var fingerprint = HostCertificates.Fingerprint(options.CertificateFolders, host);
            if (_clients.TryGetValue(key, out var known) && known.Fingerprint == fingerprint)
            {
                return known.Client;
            }

            // The client that this one replaces is left to the pulls that still use it; its idle connections close by themselves.
            var client = new HostClient(host, HostCertificates.Load(options.CertificateFolders, host), isInsecure, options);
            _clients[key] = (fingerprint, client);
            return client;
        }
    }
}
