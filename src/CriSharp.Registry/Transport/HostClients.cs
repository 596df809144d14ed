using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// One <see cref="HostClient"/> per host and trust, made anew when the host's certificates change on disk. Registries may lead to ever new hosts,
/// so only those that were used last are kept.
/// </summary>
internal sealed class HostClients(RegistryOptions options, EndpointOrder endpoints)
{
    public const int MostKept = 256;

    private readonly Dictionary<(string Host, bool IsInsecure, string? Leader), Known> _clients = [];
    private long _uses;

    public HostClient For(RegistryEndpoint endpoint) => For(endpoint.Host, endpoint.IsInsecure);

    /// <param name="host">"HOST" or "HOST:PORT".</param>
    public HostClient For(string host) => For(host, endpoints.IsInsecure(host));

    /// <summary>Where a registry leads: there its CAs count, too, and its client certificates don't.</summary>
    public HostClient For(Uri address, RegistryEndpoint from) => from.IsAt(address)
        ? For(from)
        : For(address.Authority, endpoints.IsInsecure(address.Authority), from.Host);

    private HostClient For(string host, bool isInsecure, string? leader = null)
    {
        lock (_clients)
        {
            // Who leads without CAs of its own, as most do, makes no difference.
            var trust = leader is null ? "" : HostCertificates.Fingerprint(options.CertificateFolders, leader);
            var key = (host.ToLowerInvariant(), isInsecure, Leader: trust.Length > 0 ? leader : null);
            var fingerprint = HostCertificates.Fingerprint(options.CertificateFolders, host) + trust;
            if (_clients.TryGetValue(key, out var known) && known.Fingerprint == fingerprint)
            {
                known.LastUse = ++_uses;
                return known.Client;
            }

            // A client that is replaced or dropped is left to the pulls that still use it; its idle connections close by themselves.
            var certificates = HostCertificates.Load(options.CertificateFolders, host);
            if (key.Leader is { } trusted)
            {
                certificates.Authorities.AddRange(HostCertificates.Load(options.CertificateFolders, trusted).Authorities);
            }

            var client = new HostClient(host, certificates, isInsecure, options);
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
