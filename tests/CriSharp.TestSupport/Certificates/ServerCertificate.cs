using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace CriSharp.TestSupport.Certificates;

/// <summary>A certificate for 127.0.0.1 and its key in a folder of their own, by a CA below another: clients know that one alone. To be renewed under the server.</summary>
public sealed class ServerCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private readonly X509Certificate2 _root = TestCertificate.Issue("root", above: null, isAuthority: true);
    private readonly X509Certificate2 _authority;

    private ServerCertificate(string name)
    {
        _authority = TestCertificate.Issue("authority", _root, isAuthority: true);
        Renew(name);
    }

    /// <param name="name">"first" of CN=first.</param>
    public static ServerCertificate Create(string name) => new(name);

    /// <summary>The server's certificate, and the one above it.</summary>
    public string File => Path.Combine(_folder, "tls.crt");

    public string KeyFile => Path.Combine(_folder, "tls.key");

    public void Renew(string name)
    {
        using var certificate = TestCertificate.Issue(name, _authority, isAuthority: false);
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
}
