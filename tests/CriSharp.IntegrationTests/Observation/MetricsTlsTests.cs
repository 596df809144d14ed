using CriSharp.TestSupport.Certificates;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Metrics;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>The port of Prometheus' page with a certificate, which is renewed under it.</summary>
public sealed class MetricsTlsTests : IAsyncLifetime
{
    private readonly ServerCertificate _certificate = ServerCertificate.Create("first");
    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync() =>
        _daemon = await DaemonInstance.StartAsync(
            "--enable-metrics", "true", "--metrics-port", "0", "--metrics-cert", _certificate.File, "--metrics-key", _certificate.KeyFile);

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task Page_IsServedOverTlsOnly_WithTheCertificateThatIsThere()
    {
        var address = await ObservedInstance.MetricsAddressAsync(_daemon);

        Assert.Equal("CN=first", await AskAsync(address));
        _certificate.Renew("second");
        Assert.Equal("CN=second", await AskAsync(address));
        _certificate.Break();
        Assert.Equal("CN=second", await AskAsync(address));
        Assert.Contains("the old ones stay", _daemon.Log);

        using var plain = new HttpClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync(new Uri($"http://{address}/metrics")));
    }

    [Fact]
    public async Task Daemon_WithABrokenCertificate_DoesNotStart_AndSaysWhy()
    {
        await _daemon.StopDaemonAsync();
        _certificate.Break();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => _daemon.StartDaemonAsync(
            "--enable-metrics", "true", "--metrics-port", "0", "--metrics-cert", _certificate.File, "--metrics-key", _certificate.KeyFile));

        Assert.Contains($"--metrics-cert, --metrics-key: {_certificate.File} and {_certificate.KeyFile} are no certificate and its key", failure.Message);
    }

    /// <returns>Whose certificate the page came with.</returns>
    private async Task<string> AskAsync(string address)
    {
        var subject = "";
        using var http = new HttpClient(_certificate.Client(seen => subject = seen));
        Assert.NotEmpty(PrometheusPage.Parse(await http.GetStringAsync(new Uri($"https://{address}/metrics"))).Metrics);
        return subject;
    }
}
