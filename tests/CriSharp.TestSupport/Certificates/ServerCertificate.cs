using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CriSharp.TestSupport.Certificates;

/// <summary>A certificate for 127.0.0.1 and its key in a folder of their own, by a CA below another: clients know that one alone. To be renewed under the server.</summary>
public sealed class ServerCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly X509Certificate2 _root = Issue("root", above: null, isAuthority: true);
    private readonly X509Certificate2 _authority;

    private ServerCertificate(string name)
    {
        _authority = Issue("authority", _root, isAuthority: true);
        Renew(name);
    }

    /// <param name="name">"first" of CN=first.</param>
    public static ServerCertificate Create(string name) => new(name);

    /// <summary>The server's certificate, and the one above it.</summary>
    public string File => Path.Combine(_folder, "tls.crt");

    public string KeyFile => Path.Combine(_folder, "tls.key");

    public void Renew(string name)
    {
        using var certificate = Issue(name, _authority, isAuthority: false);
        using var key = certificate.GetECDsaPrivateKey()!;
        System.IO.File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        System.IO.File.WriteAllText(File, $"{certificate.ExportCertificatePem()}\n{_authority.ExportCertificatePem()}\n");
    }

    public void Break() => System.IO.File.WriteAllText(File, "broken");

    /// <summary>A client that knows the root, and tells whose certificate it has seen.</summary>
    public SocketsHttpHandler Client(Action<string> seen) => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { _root },
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            },
            RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
            {
                seen(certificate?.Subject ?? "none");
                return errors == SslPolicyErrors.None;
            },
        },
    };

    public void Dispose()
    {
        _root.Dispose();
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static X509Certificate2 Issue(string name, X509Certificate2? above, bool isAuthority)
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

        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        if (above is null)
        {
            return request.CreateSelfSigned(from, until);
        }

        using var issued = request.Create(above, above.NotBefore, above.NotAfter, RandomNumberGenerator.GetBytes(8));
        return issued.CopyWithPrivateKey(key);
    }
}
