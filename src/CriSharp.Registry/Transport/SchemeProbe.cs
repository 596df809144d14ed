using System.Net.Sockets;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry.Transport;

/// <summary>
/// Finds out whether a registry that may do without TLS does: HTTPS is tried first, and plain HTTP is used only if nobody there shows a certificate,
/// so that an untrusted certificate is an error and never a reason to send anything in the clear.
/// </summary>
internal static class SchemeProbe
{
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);

    /// <returns>"https" or "http".</returns>
    /// <exception cref="HttpRequestException">Nobody listens, or the certificate isn't trusted.</exception>
    public static async Task<string> SchemeOfAsync(RegistryEndpoint endpoint, HostClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!endpoint.AllowsPlainHttp)
        {
            return Uri.UriSchemeHttps;
        }

        return client.KnownScheme ??= await TryTlsAsync(endpoint, client, time, cancellationToken) ? Uri.UriSchemeHttps : Uri.UriSchemeHttp;
    }

    private static async Task<bool> TryTlsAsync(RegistryEndpoint endpoint, HostClient client, TimeProvider time, CancellationToken cancellationToken)
    {
        // Fires when: the caller has gone (cancellationToken), or the peer ignores a TLS greeting (HandshakeLimit).
        using var limit = new CancellationTokenSource(HandshakeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var certificatesBefore = client.CertificatesSeen;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"https://{endpoint.Host}/v2/");
            using var response = await client.SendAsync(request, either.Token);
            return true;
        }
        catch (HttpRequestException failure) when (failure.InnerException is not SocketException && client.CertificatesSeen == certificatesBefore)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && client.CertificatesSeen == certificatesBefore)
        {
            return false;
        }
    }
}
