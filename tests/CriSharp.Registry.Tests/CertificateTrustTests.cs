using System.Security.Cryptography.X509Certificates;
using CriSharp.Oci;
using CriSharp.Primitives;
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
    private readonly TestImage _image = new();

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
        registry.Serve(_image, "a", "1");
        WriteCertificates(registry.Host);

        Assert.Equal(_image.ManifestDigest, await ResolveAsync(registry.Host));
        Assert.Equal(["CN=node", "CN=middle"], shown);
    }

    /// <summary>Storage behind a registry often has the same CA; nobody makes a folder for each of its hosts.</summary>
    [Fact]
    public async Task Host_ToWhichARegistryLeads_IsTrustedForItsCasAndSeesNoCertificateOfOurs()
    {
        var shown = 0;
        var https = new HttpsConnectionAdapterOptions
        {
            ServerCertificate = _certificates["server"],
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,
            ClientCertificateValidation = (_, _, _) => ++shown > 0,
        };
        await using var storage = await FakeRegistry.StartAsync(https: https);
        await using var registry = await FakeRegistry.StartAsync(https: new HttpsConnectionAdapterOptions { ServerCertificate = _certificates["server"] });
        storage.Serve(_image, "a", "1");
        registry.Handler = context =>
        {
            context.Response.Redirect($"https://{storage.Host}{context.Request.Path}");
            return Task.FromResult(context.Request.Path != "/v2/");
        };
        WriteCertificates(registry.Host);

        Assert.Equal(_image.ManifestDigest, await ResolveAsync(registry.Host));
        Assert.NotEmpty(storage.Requests);
        Assert.Equal(0, shown);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => ResolveAsync(storage.Host));
        Assert.Contains($"certs.d/{storage.Host}/ca.crt", failure.Message, StringComparison.Ordinal);
    }

    private async Task<string> ResolveAsync(string host)
    {
        var options = new RegistryOptions { Attempts = 1, CertificateFolders = [_folder.FullName] };
        var repository = new RegistryClient(options, TimeProvider.System).OpenRepository(ImageReference.Parse($"{host}/a:1"), null);
        return (await repository.ResolveAsync(CancellationToken.None)).Digest.ToString();
    }

    private void WriteCertificates(string host)
    {
        Issue("node", "middle", isAuthority: false);
        var folder = _folder.CreateSubdirectory(host).FullName;
        File.WriteAllText(Path.Combine(folder, "ca.crt"), _certificates["middle"].ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "node.cert"), $"{_certificates["node"].ExportCertificatePem()}\n{_certificates["middle"].ExportCertificatePem()}\n");
        File.WriteAllText(Path.Combine(folder, "node.key"), _certificates["node"].GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private void Issue(string name, string? above, bool isAuthority, int validDays = 1) =>
        _certificates[name] = TestCertificate.Issue(name, above is null ? null : _certificates[above], isAuthority, validDays);

    private X509Certificate2Collection Collection(string names) =>
        [.. names.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(name => _certificates[name])];
}
