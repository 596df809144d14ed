using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CriSharp.Registry.Transport;

/// <summary>
/// Whether a server's certificate leads to one of certs.d. As for all who read that folder, each certificate there may be the end of the chain: a root, a CA below one, or
/// the server's own. .NET by itself ends at self-signed ones only.
/// </summary>
internal static class CertificateTrust
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <param name="sent">What the server showed besides its certificate.</param>
    public static bool LeadsTo(X509Certificate2Collection anchors, X509Certificate2 server, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(anchors);
        chain.ChainPolicy.ExtraStore.AddRange(anchors);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(server) || (LacksOnlyARoot(chain) && chain.ChainElements.Any(element => IsAnchor(element.Certificate, anchors, chain.ChainPolicy.VerificationTime)));
    }

    /// <summary>All else was checked and is well: signatures, times, usages.</summary>
    private static bool LacksOnlyARoot(X509Chain chain) =>
        chain.ChainStatus.All(status => status.Status is X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot);

    /// <summary>Of the last one of a chain without a root nobody has looked at the time.</summary>
    private static bool IsAnchor(X509Certificate2 certificate, X509Certificate2Collection anchors, DateTime now) =>
        certificate.NotBefore <= now && now <= certificate.NotAfter
        && anchors.Any(anchor => anchor.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span));
}
