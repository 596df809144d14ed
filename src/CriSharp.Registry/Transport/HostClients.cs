using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// One <see cref="HostClient"/> per host and trust, made anew when the host's certificates change on disk. Registries may lead to ever new hosts,
/// so only those that were used last are kept.
/// </summary>
internal sealed class HostClients(RegistryOptions options, EndpointOrder endpoints)
{
    public const int MostKept = 256;

    private readonly Dictionary<(string Host, bool IsInsecure), Known> _clients = [];
    private long _uses;

    public HostClient For(RegistryEndpoint endpoint) => For(endpoint.Host, endpoint.IsInsecure);

    /// <param name="host">"HOST" or "HOST:PORT".</param>
    public HostClient For(string host) => For(host, endpoints.IsInsecure(host));

    /// <summary>Where a registry leads to.</summary>
    public HostClient For(Uri address, RegistryEndpoint from) => from.IsAt(address) ? For(from) : For(address.Authority);

    private HostClient For(string host, bool isInsecure)
    {
        var key = (host.ToLowerInvariant(), isInsecure);
        lock (_clients)
        {
            var fingerprint = HostCertificates.Fingerprint(options.CertificateFolders, host);
            if (_clients.TryGetValue(key, out var known) && known.Fingerprint == fingerprint)
            {
                known.LastUse = ++_uses;
                return known.Client;
            }

            // A client that is replaced or dropped is left to the pulls that still use it; its idle connections close by themselves.
            var client = new HostClient(host, HostCertificates.Load(options.CertificateFolders, host), isInsecure, options);
            _clients[key] = new Known(fingerprint, client) { LastUse = ++_uses };
            if (_clients.Count > MostKept)
            {
                _clients.Remove(_clients.MinBy(entry => entry.Value.LastUse).Key);
            }

            return client;
        }
    }

    private sealed record Known(string Fingerprint, HostClient Client)
    {
        public long LastUse { get; set; }
    }
}
