using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Registry.Mirrors;
using CriSharp.Registry.Transport;

namespace CriSharp.Registry.Tests;

/// <summary>What is kept of hosts, and which certificates count for one.</summary>
public sealed class HostClientsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("crisharp-certs-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Images name docker.io, and its registry has another host.</summary>
    [Theory]
    [InlineData("docker.io")]
    [InlineData("registry-1.docker.io")]
    [InlineData("registry-1.docker.io docker.io")]
    public void Certificates_OfDockerHub_LieUnderItsName(string folders)
    {
        foreach (var name in folders.Split(' '))
        {
            WriteAuthority(name);
        }

        var certificates = HostCertificates.Load([_folder.FullName], "registry-1.docker.io");

        Assert.Equal($"CN={folders.Split(' ')[^1]}", Assert.Single(certificates.Authorities).Subject);
        Assert.Contains($"/{folders.Split(' ')[^1]}/", HostCertificates.Fingerprint([_folder.FullName], "registry-1.docker.io"), StringComparison.Ordinal);
        Assert.Empty(HostCertificates.Load([_folder.FullName], "mirror.example").Authorities);
    }

    [Fact]
    public void Clients_OfManyHosts_AreThoseUsedLast()
    {
        var options = new RegistryOptions { CertificateFolders = [] };
        var clients = new HostClients(options, new EndpointOrder(options));
        HostClient[] first = [.. Enumerable.Range(0, HostClients.MostKept).Select(number => clients.For($"h{number}.example"))];
        Assert.Same(first[0], clients.For("h0.example"));

        clients.For("one-more.example");

        Assert.Same(first[0], clients.For("h0.example"));
        Assert.Same(first[2], clients.For("h2.example"));
        Assert.NotSame(first[1], clients.For("h1.example"));
    }

    private void WriteAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        _folder.CreateSubdirectory(name);
        File.WriteAllText(Path.Combine(_folder.FullName, name, "ca.crt"), certificate.ExportCertificatePem());
    }
}
