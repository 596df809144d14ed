using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Streaming.WebSockets;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>A streaming server with a certificate of its own, which is renewed under it.</summary>
public sealed class StreamingTlsTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tls-").FullName;
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;

    private string CertificateFile => Path.Combine(_folder, "tls.crt");

    private string KeyFile => Path.Combine(_folder, "tls.key");

    public async Task InitializeAsync()
    {
        Renew("first");
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync(
            "--insecure-registry", _registry.Host, "--stream-enable-tls", "true", "--stream-tls-cert", CertificateFile, "--stream-tls-key", KeyFile);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Exec_GoesOverTls_WithTheCertificateThatIsThere()
    {
        var image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(image));

        Assert.Equal("CN=first", await ExecAsync(container));
        Renew("second");
        Assert.Equal("CN=second", await ExecAsync(container));
        await File.WriteAllTextAsync(CertificateFile, "broken");
        Assert.Equal("CN=second", await ExecAsync(container));
        Assert.Contains("the old ones stay", _daemon.Log);
    }

    [Fact]
    public async Task Daemon_WithABrokenCertificate_DoesNotStart_AndSaysWhy()
    {
        await _daemon.StopDaemonAsync();
        await File.WriteAllTextAsync(CertificateFile, "broken");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _daemon.StartDaemonAsync(
            "--stream-enable-tls", "true", "--stream-tls-cert", CertificateFile, "--stream-tls-key", KeyFile));

        Assert.Contains($"--stream-tls-cert, --stream-tls-key: {CertificateFile} and {KeyFile} are no certificate and its key", failure.Message);
    }

    /// <returns>Whose certificate it was.</returns>
    private async Task<string> ExecAsync(string container)
    {
        var url = (await _daemon.Client.Runtime.ExecAsync(new ExecRequest { ContainerId = container, Stdout = true, Cmd = { "echo", "over", "TLS" } }, CriClient.Limited)).Url;
        Assert.StartsWith("https://127.0.0.1:", url);
        var subject = "";
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                // Whose it is, is what the test asks.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (subject = certificate?.Subject ?? "").Length > 0,
            },
        };
        using var invoker = new HttpMessageInvoker(handler);
        await using var client = await WebSocketProcessClient.ConnectAsync(new Uri(url), invoker);
        using var reader = new StreamReader(client.Stdout);
        Assert.Equal("over TLS\n", await reader.ReadToEndAsync());
        return subject;
    }

    private void Renew(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, certificate.ExportCertificatePem());
    }
}
