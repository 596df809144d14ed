using System.Text.RegularExpressions;
using CriSharp.IntegrationTests.Audits;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Metrics;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>A daemon that tells all it can: figures on a port, spans to a collector, every line of its log.</summary>
public sealed partial class ObservedInstance : IAsyncLifetime
{
    private TraceCollector? _collector;

    public LocalRegistry Registry { get; private set; } = null!;

    /// <summary>Answers as a test says.</summary>
    public FakeRegistry Hostile { get; private set; } = null!;

    public DaemonInstance Daemon { get; private set; } = null!;

    public string ImageName { get; private set; } = "";

    internal TraceCollector Collector => _collector!;

    public async Task InitializeAsync()
    {
        Registry = await LocalRegistry.StartAsync();
        Hostile = await FakeRegistry.StartAsync();
        ImageName = await Registry.PushBusyboxAsync();
        _collector = await TraceCollector.StartAsync();
        Daemon = await DaemonInstance.StartAsync(
            "--insecure-registry", Registry.Host, "--insecure-registry", Hostile.Host, "--log-level", "trace",
            "--enable-metrics", "true", "--metrics-port", "0", "--enable-tracing", "true", "--tracing-endpoint", $"127.0.0.1:{_collector.Port}");
        MetricsPort = new Uri($"http://{await MetricsAddressAsync(Daemon)}");
    }

    public async Task DisposeAsync()
    {
        if (Daemon is not null)
        {
            await Daemon.DisposeAsync();
        }

        _collector?.Dispose();
        await Hostile.DisposeAsync();
        await Registry.DisposeAsync();
    }

    /// <summary>Where the log says that metrics are.</summary>
    public Uri MetricsPort { get; private set; } = null!;

    /// <returns>ADDRESS:PORT.</returns>
    internal static async Task<string> MetricsAddressAsync(DaemonInstance daemon)
    {
        await daemon.WaitUntilAsync(() => MetricsAddress().IsMatch(daemon.Log));
        return MetricsAddress().Match(daemon.Log).Groups[1].Value;
    }

    public async Task<PrometheusPage> MetricsAsync()
    {
        using var admin = AdminSocket.Connect(Daemon.Socket);
        return PrometheusPage.Parse(await admin.GetStringAsync("/metrics"));
    }

    [GeneratedRegex(@"Metrics are served on (\S+)\s")]
    private static partial Regex MetricsAddress();
}

/// <summary>Tests that share it.</summary>
[CollectionDefinition(Name)]
public sealed class ObservedInstanceTests : ICollectionFixture<ObservedInstance>
{
    public const string Name = "observed instance";
}
