using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CriSharp.TestSupport.Certificates;

/// <summary>A certificate with its key, by whom a test says.</summary>
public static class TestCertificate
{
    /// <param name="name">"first" of CN=first.</param>
    /// <param name="above">Null: by itself.</param>
    /// <param name="isAuthority">Else it is for 127.0.0.1.</param>
    /// <param name="validDays">From now; negative: it has ended.</param>
    public static X509Certificate2 Issue(string name, X509Certificate2? above, bool isAuthority, int validDays = 1)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, hasPathLengthConstraint: false, 0, critical: true));
        if (!isAuthority)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
        }

        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(validDays));
        if (above is null)
        {
            return request.CreateSelfSigned(from, until);
        }

        // Not by the certificate itself, which would have it end before the one above does.
        using var aboveKey = above.GetECDsaPrivateKey()!;
        using var issued = request.Create(above.SubjectName, X509SignatureGenerator.CreateForECDsa(aboveKey), from, until, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
