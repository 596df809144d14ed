using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Streaming.WebSockets;
using CriSharp.TestSupport.Certificates;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Streaming;

/// <summary>A streaming server with a certificate of its own, which is renewed under it.</summary>
public sealed class StreamingTlsTests : IAsyncLifetime
{
    private readonly ServerCertificate _certificate = ServerCertificate.Create("first");
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync(
            "--insecure-registry", _registry.Host, "--stream-enable-tls", "true", "--stream-tls-cert", _certificate.File, "--stream-tls-key", _certificate.KeyFile);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Exec_GoesOverTls_WithTheCertificateThatIsThere()
    {
        var image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(image));

        Assert.Equal("CN=first", await ExecAsync(container));
        _certificate.Renew("second");
        Assert.Equal("CN=second", await ExecAsync(container));
        _certificate.Break();
        Assert.Equal("CN=second", await ExecAsync(container));
        Assert.Contains("the old ones stay", _daemon.Log);
    }

    [Fact]
    public async Task Daemon_WithABrokenCertificate_DoesNotStart_AndSaysWhy()
    {
        await _daemon.StopDaemonAsync();
        _certificate.Break();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _daemon.StartDaemonAsync(
            "--stream-enable-tls", "true", "--stream-tls-cert", _certificate.File, "--stream-tls-key", _certificate.KeyFile));

        Assert.Contains($"--stream-tls-cert, --stream-tls-key: {_certificate.File} and {_certificate.KeyFile} are no certificate and its key", failure.Message);
    }

    /// <returns>Whose certificate it was.</returns>
    private async Task<string> ExecAsync(string container)
    {
        var url = (await _daemon.Client.Runtime.ExecAsync(new ExecRequest { ContainerId = container, Stdout = true, Cmd = { "echo", "over", "TLS" } }, CriClient.Limited)).Url;
        Assert.StartsWith("https://127.0.0.1:", url);
        var subject = "";
        using var handler = _certificate.Client(seen => subject = seen);
        using var invoker = new HttpMessageInvoker(handler);
        await using var client = await WebSocketProcessClient.ConnectAsync(new Uri(url), invoker);
        using var reader = new StreamReader(client.Stdout);
        Assert.Equal("over TLS\n", await reader.ReadToEndAsync());
        return subject;
    }
}
