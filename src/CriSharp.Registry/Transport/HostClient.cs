using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>HTTP to one host ("HOST" or "HOST:PORT"), with the certificates and the trust that belong to it. Follows no redirect, keeps no cookie.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Lives as long as the daemon; one that is replaced is left to the pulls that still use it.")]
internal sealed class HostClient
{
    private const int HeadersLimitKilobytes = 64;

    private readonly HostCertificates _certificates;
    private readonly bool _isInsecure;
    private readonly HttpClient _client;
    private int _certificatesSeen;

    /// <param name="host">"HOST" or "HOST:PORT".</param>
    public HostClient(string host, HostCertificates certificates, bool isInsecure, RegistryOptions options)
    {
        _certificates = certificates;
        _isInsecure = isInsecure;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // .NET's own reading of the environment knows no networks in NO_PROXY.
            UseProxy = options.Proxy is not null,
            Proxy = options.Proxy,
            ConnectTimeout = options.ConnectTimeLimit,
            MaxResponseHeadersLength = HeadersLimitKilobytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            ActivityHeadersPropagator = null,
        };
        handler.SslOptions.RemoteCertificateValidationCallback = IsTrusted;
        if (certificates is { Clients.Count: 1, ClientIssuers.Count: > 0 })
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificates.Clients[0], certificates.ClientIssuers, offline: true);
        }
        else if (certificates.Clients.Count > 0)
        {
            handler.SslOptions.ClientCertificates = certificates.Clients;
        }

        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", options.UserAgent);
    }

    /// <summary>How many certificates a peer has shown so far: where it grows, somebody there speaks TLS.</summary>
    public int CertificatesSeen => Volatile.Read(ref _certificatesSeen);

    /// <summary>Which of http and https this host speaks, once found out; only asked where both are allowed.</summary>
    public string? KnownScheme { get; set; }

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    [SuppressMessage("Security", "CA5359", Justification = "Unverified certificates are accepted only from registries that the operator named insecure.")]
    private bool IsTrusted(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Interlocked.Increment(ref _certificatesSeen);
        if (errors == SslPolicyErrors.None || _isInsecure)
        {
            return true;
        }

        return errors == SslPolicyErrors.RemoteCertificateChainErrors && _certificates.Authorities.Count > 0
            && certificate is X509Certificate2 server && CertificateTrust.LeadsTo(_certificates.Authorities, server, chain);
    }
}
