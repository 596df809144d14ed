using System.Security.Cryptography.X509Certificates;
using CriSharp.Oci;
using CriSharp.Registry.Transport;
using CriSharp.TestSupport.Certificates;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CriSharp.Registry.Tests;

/// <summary>Which servers are trusted for what lies in certs.d, and what they are shown.</summary>
public sealed class CertificateTrustTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-certs-");
    private readonly Dictionary<string, X509Certificate2> _certificates = [];

    public CertificateTrustTests()
    {
        Issue("root", above: null, isAuthority: true);
        Issue("middle", "root", isAuthority: true);
        Issue("server", "middle", isAuthority: false);
        Issue("strange", above: null, isAuthority: true);
        Issue("old", "root", isAuthority: true, validDays: -1);
        Issue("server of old", "old", isAuthority: false);
        Issue("server of server", "server", isAuthority: false);

        // By another key than the one of the CA that it names.
        _certificates["forger"] = TestCertificate.Issue("middle", above: null, isAuthority: true);
        Issue("forged", "forger", isAuthority: false);
        Issue("ended", "middle", isAuthority: false, validDays: -1);
    }

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        foreach (var certificate in _certificates.Values)
        {
            certificate.Dispose();
        }
    }

    [Theory]
    [InlineData("root", "server", "middle", true)]
    [InlineData("root", "server", "", false)]
    [InlineData("middle", "server", "", true)]
    [InlineData("middle", "server", "middle", true)]
    [InlineData("middle", "server", "middle,root", true)]
    [InlineData("server", "server", "", true)]
    [InlineData("server", "server", "middle", true)]
    [InlineData("strange,middle", "server", "", true)]
    [InlineData("strange", "server", "middle,root", false)]
    [InlineData("strange", "server", "", false)]
    [InlineData("old", "server of old", "", false)]
    [InlineData("middle", "forged", "", false)]
    [InlineData("middle", "forged", "forger", false)]
    [InlineData("server", "server of server", "", false)]
    [InlineData("middle", "ended", "", false)]
    [InlineData("ended", "ended", "", false)]
    public void Server_IsTrusted_WhereItsChainReachesOneOfOurs(string anchors, string server, string sent, bool isTrusted)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.ExtraStore.AddRange(Collection(sent));

        Assert.Equal(isTrusted, CertificateTrust.LeadsTo(Collection(anchors), _certificates[server], chain));
    }

    [Fact]
    public async Task Client_ShowsWhoIssuedItsCertificate()
    {
        string[] shown = [];
        var https = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = _certificates["server"],
            ClientCertificateMode = ClientCertificateMode.RequireCertificate,
            ClientCertificateValidation = (certificate, chain, _) =>
            {
                shown = [.. chain!.ChainPolicy.ExtraStore.Prepend(certificate).Select(one => one.Subject).Distinct()];
                return true;
            },
        };
        await using var registry = await FakeRegistry.StartAsync(https: https);
        var image = new TestImage();
        registry.Serve(image, "a", "1");
        Issue("node", "middle", isAuthority: false);
        Write(registry.Host, "ca.crt", _certificates["middle"].ExportCertificatePem());
        Write(registry.Host, "node.cert", $"{_certificates["node"].ExportCertificatePem()}\n{_certificates["middle"].ExportCertificatePem()}\n");
        Write(registry.Host, "node.key", _certificates["node"].GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var options = new RegistryOptions { Attempts = 1, CertificateFolders = [_folder.FullName] };

        var resolved = await new RegistryClient(options, TimeProvider.System)
            .OpenRepository(ImageReference.Parse($"{registry.Host}/a:1"), null).ResolveAsync(CancellationToken.None);

        Assert.Equal(image.ManifestDigest, resolved.Digest.ToString());
        Assert.Equal(["CN=node", "CN=middle"], shown);
    }

    private void Issue(string name, string? above, bool isAuthority, int validDays = 1) =>
        _certificates[name] = TestCertificate.Issue(name, above is null ? null : _certificates[above], isAuthority, validDays);

    private X509Certificate2Collection Collection(string names) =>
        [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => _certificates[name])];

    private void Write(string host, string name, string text) => File.WriteAllText(Path.Combine(_folder.CreateSubdirectory(host).FullName, name), text);
}
