using System.Net;
using System.Net.Sockets;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Metrics;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Observation;

/// <summary>Prometheus' page, on the admin socket and on its port.</summary>
[Collection(ObservedInstanceTests.Name)]
public sealed class MetricsTests(ObservedInstance observed)
{
    private static readonly HttpClient Http = new();

    private CriClient Client => observed.Daemon.Client;

    /// <summary>Each figure stands in the document with its type, its labels and its help, and the document names no other.</summary>
    [Fact]
    public async Task Page_IsWhatTheDocumentSays()
    {
        await Client.PullAsync(observed.ImageName);
        var documented = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Observation", "metrics.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .ToDictionary(cells => cells[1].Trim('`'), cells => (Type: cells[2], Labels: cells[3].Replace("`", "").Split(", "), Help: cells[4]));

        var page = await observed.MetricsAsync();

        Assert.Equal(documented.Keys.Order(StringComparer.Ordinal), page.Metrics.Select(metric => metric.Name).Order(StringComparer.Ordinal));
        Assert.All(page.Metrics, metric =>
        {
            var (type, labels, help) = documented[metric.Name];
            Assert.Equal((type, help), (metric.Type, metric.Help));
            Assert.Empty(metric.Samples.SelectMany(sample => sample.Labels).Select(label => label.Name).Distinct().Except(["le", .. labels]));
        });
    }

    [Fact]
    public async Task Calls_AreCountedByCode_AndSoArePulls_AndEnds()
    {
        var before = await observed.MetricsAsync();
        await Assert.ThrowsAsync<RpcException>(() => Client.PodStatusAsync("no-such-pod"));
        await Client.RemoveImageAsync(observed.ImageName);
        var image = await Client.PullAsync(observed.ImageName);
        await Client.PullAsync(observed.ImageName);
        await Assert.ThrowsAsync<RpcException>(() => Client.PullAsync($"{observed.Registry.Host}/none:latest"));
        var config = PodConfigs.Pod(observed.Daemon.CgroupParent, observed.Daemon.PodLogs);
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config), config);
        await pod.RunToEndAsync(PodConfigs.Container(image, "sh", "-c", "exit 3"));
        await pod.EndAsync();

        var after = await observed.MetricsAsync();

        double Grown(string sample, params (string, string)[] labels) => after.Value(sample, labels) - Before(sample, labels);
        double Before(string sample, (string Name, string Value)[] labels) =>
            before.Metrics.SelectMany(metric => metric.Samples).FirstOrDefault(one => one.Name == sample && labels.All(label => one.Labels.Contains(label)))?.Value ?? 0;
        Assert.Equal(1, Grown("crisharp_rpcs_total", ("rpc", "PodSandboxStatus"), ("code", "NotFound")));
        Assert.Equal(1, Grown("crisharp_rpc_errors_total", ("rpc", "PullImage")));
        Assert.Equal(3, Grown("crisharp_rpc_duration_seconds_count", ("rpc", "PullImage")));
        Assert.Equal(1, Grown("crisharp_pulls_total", ("result", "pulled")));
        Assert.Equal(1, Grown("crisharp_pulls_total", ("result", "present")));
        Assert.Equal(1, Grown("crisharp_pull_failures_total", ("kind", "NotFound")));
        Assert.Equal(2, Grown("crisharp_pull_layers_total", ("source", "fetched")));
        Assert.True(Grown("crisharp_pull_bytes_total") > 100_000);
        Assert.Equal(1, Grown("crisharp_container_ends_total", ("reason", "Error")));
        Assert.True(after.Value("process_cpu_seconds_total") > 0);
    }

    [Fact]
    public async Task Port_HasThePage_AndNothingElse()
    {
        var admin = await observed.MetricsAsync();
        var page = PrometheusPage.Parse(await Http.GetStringAsync(new Uri(observed.MetricsPort, "/metrics")));

        Assert.Equal(admin.Metrics.Select(metric => metric.Name), page.Metrics.Select(metric => metric.Name));
        foreach (var path in (string[])["/", "/status", "/operations", "/audit", "/metrics/", "/exec/0123"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync(new Uri(observed.MetricsPort, path))).StatusCode);
        }

        using var body = new StringContent("x");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await Http.PostAsync(new Uri(observed.MetricsPort, "/metrics"), body)).StatusCode);
    }

    /// <summary>Who comes in crowds and says nothing takes a place for half a minute at most, and none of the daemon's own callers.</summary>
    [Fact]
    public async Task Port_WithTooManyConnections_TakesNoMore()
    {
        var crowd = new List<TcpClient>();
        try
        {
            for (var one = 0; one < 16; one++)
            {
                crowd.Add(new TcpClient());
                await crowd[^1].ConnectAsync(IPAddress.Loopback, observed.MetricsPort.Port);
            }

            await Assert.ThrowsAsync<HttpRequestException>(() => Http.GetAsync(new Uri(observed.MetricsPort, "/metrics")));
            Assert.NotEmpty((await observed.MetricsAsync()).Metrics);
        }
        finally
        {
            crowd.ForEach(one => one.Dispose());
        }

        // Until the daemon has seen them go: others share it.
        for (var tries = 0; !await HasRoomAsync(); tries++)
        {
            Assert.True(tries < 100, "the port never takes anybody again");
            await Task.Delay(100);
        }
    }

    private async Task<bool> HasRoomAsync()
    {
        try
        {
            return (await Http.GetAsync(new Uri(observed.MetricsPort, "/metrics"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
