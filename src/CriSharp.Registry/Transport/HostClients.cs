using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>One <see cref="HostClient"/> per host, made anew when the host's certificates change on disk.</summary>
internal sealed class HostClients(RegistryOptions options, EndpointOrder endpoints)
{
    private readonly Dictionary<string, (string Fingerprint, HostClient Client)> _clients = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="host">"HOST" or "HOST:PORT".</param>
    public HostClient For(string host)
    {
        lock (_clients)
        {
            var fingerprint = HostCertificates.Fingerprint(options.CertificateFolders, host);
            if (_clients.TryGetValue(host, out var known) && known.Fingerprint == fingerprint)
            {
                return known.Client;
            }

            // The client that this one replaces is left to the pulls that still use it; its idle connections close by themselves.
            var client = new HostClient(host, HostCertificates.Load(options.CertificateFolders, host), endpoints.IsInsecure(host), options);
            _clients[host] = (fingerprint, client);
            return client;
        }
    }
}
