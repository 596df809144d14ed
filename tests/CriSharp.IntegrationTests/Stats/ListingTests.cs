using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Stats;

/// <summary>What a kubelet asks all the time waits for nothing that takes its time.</summary>
public sealed class ListingTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1) * TestNode.Patience;

    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;

    private CriClient Client => _daemon.Client;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host, "--cni-plugin-timeout", "8s");
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Lists_WhileAPodStartAndAPullHang_AreAnsweredAtOnce()
    {
        var image = await Client.PullAsync(await _registry.PushBusyboxAsync());
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = await Client.RunPodAsync(config);
        var container = await new RunningPod(() => Client, pod, config).StartAsync(PodConfigs.Sleeper(image));
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();

        var before = _daemon.Plugins.Verbs.Count;
        _daemon.Plugins.Plan("ADD", null, "hang");
        var starting = Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs));
        using var pull = Client.Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = $"{deaf.LocalEndpoint}/deaf:latest" } }, CriClient.Limited);
        using var connection = await deaf.AcceptTcpClientAsync();
        await _daemon.WaitUntilAsync(() => _daemon.Plugins.Verbs.Count > before);

        Func<Task>[] calls =
        [
            async () => await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited),
            () => Client.ContainersAsync(),
            () => Client.PodsAsync(),
            () => Client.StatusAsync(container),
            () => Client.PodStatusAsync(pod),
            () => Client.ImageAsync(image),
            () => Client.ImagesAsync(),
            async () => await Client.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), CriClient.Limited),
            () => Client.ListStatsAsync(),
            () => Client.ListPodStatsAsync(),
            async () => await Client.Runtime.ListPodSandboxMetricsAsync(new ListPodSandboxMetricsRequest(), CriClient.Limited),
        ];
        foreach (var (call, number) in calls.Select((call, number) => (call, number)))
        {
            var watch = Stopwatch.StartNew();
            await call();
            Assert.True(watch.Elapsed < Limit, $"call {number} took {watch.Elapsed.TotalMilliseconds:0} ms");
        }

        Assert.False(starting.IsCompleted || pull.ResponseAsync.IsCompleted, "they hang no more: nothing was tried");
        await Assert.ThrowsAsync<RpcException>(() => starting);
    }
}
