using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Stats;

public class PodSandboxStatsTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Stats_OfAPodWithACgroupOfItsOwn_AreThatCgroups()
    {
        var pod = await RunPodAsync(config =>
        {
            config.Linux.CgroupParent += "/own";
            config.Labels["app"] = "a";
        });
        var sleeper = await pod.StartAsync(PodConfigs.Sleeper(Image));
        var busy = await pod.StartAsync(Named("busy", "while :; do :; done"));
        await pod.RunToEndAsync(Named("ended", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"));
        await Client.PodStatsAsync(pod.Id);
        await Task.Delay(TimeSpan.FromSeconds(1));

        var stats = await Client.PodStatsAsync(pod.Id);

        Assert.Equal((pod.Id, pod.Config.Metadata), (stats.Attributes.Id, stats.Attributes.Metadata));
        Assert.Equal("a", stats.Attributes.Labels["app"]);
        Assert.Equal(((string[])[sleeper, busy]).Order(), stats.Linux.Containers.Select(container => container.Attributes.Id).Order());

        // Those of the container that has ended are among them.
        Assert.True(stats.Linux.Cpu.UsageCoreNanoSeconds.Value > Sum(stats, container => container.Cpu.UsageCoreNanoSeconds.Value));
        Assert.InRange(stats.Linux.Cpu.UsageNanoCores.Value, 1UL, (ulong)Environment.ProcessorCount * 1_100_000_000);
        Assert.InRange(stats.Linux.Memory.WorkingSetBytes.Value, 1UL, stats.Linux.Memory.UsageBytes.Value);
        Assert.InRange(stats.Linux.Process.ProcessCount.Value, 3UL, 10UL);
    }

    [Fact]
    public async Task Stats_OfPodsThatShareACgroup_AreTheSumsOfTheirContainers()
    {
        var (first, second) = (await RunPodAsync(), await RunPodAsync());
        await first.StartAsync(PodConfigs.Sleeper(Image));
        await first.StartAsync(Named("other", "while :; do sleep 1000; done"));
        await second.StartAsync(PodConfigs.Sleeper(Image));

        var (ofFirst, ofSecond) = (await Client.PodStatsAsync(first.Id), await Client.PodStatsAsync(second.Id));

        Assert.Equal((2, 1), (ofFirst.Linux.Containers.Count, ofSecond.Linux.Containers.Count));
        foreach (var stats in (PodSandboxStats[])[ofFirst, ofSecond])
        {
            Assert.Equal(Sum(stats, container => container.Cpu.UsageCoreNanoSeconds.Value), stats.Linux.Cpu.UsageCoreNanoSeconds.Value);
            Assert.Equal(Sum(stats, container => container.Memory.UsageBytes.Value), stats.Linux.Memory.UsageBytes.Value);
        }

        // A sleeper is a shell and its sleep.
        Assert.Equal((4UL, 2UL), (ofFirst.Linux.Process.ProcessCount.Value, ofSecond.Linux.Process.ProcessCount.Value));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Network_OfAPod_IsWhatWentOverIt(bool hasProcess)
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(Named("server", "mkdir /www; head -c 300000 /dev/zero > /www/file; exec httpd -f -p 8080 -h /www"));
        var before = (await Client.PodStatsAsync(pod.Id)).Linux.Network;
        Assert.Equal(300_000, await FetchAsync($"http://{(await Client.PodStatusAsync(pod.Id)).Network.Ip}:8080/file"));
        if (!hasProcess)
        {
            await Client.StopAsync(container, 0);
        }

        var network = (await Client.PodStatsAsync(pod.Id)).Linux.Network;

        Assert.Equal("eth0", network.DefaultInterface.Name);
        Assert.InRange(network.DefaultInterface.TxBytes.Value, before.DefaultInterface.TxBytes.Value + 300_000, before.DefaultInterface.TxBytes.Value + 1_000_000);
        Assert.InRange(network.DefaultInterface.RxBytes.Value, before.DefaultInterface.RxBytes.Value + 100, before.DefaultInterface.RxBytes.Value + 200_000);
        Assert.Equal((0UL, 0UL), (network.DefaultInterface.RxErrors.Value, network.DefaultInterface.TxErrors.Value));
        Assert.DoesNotContain(network.Interfaces, other => other.Name is "lo" or "eth0");
        Assert.NotEqual(0, network.Timestamp);
    }

    [Fact]
    public async Task Network_OfAPodOnTheHosts_IsLeftOut()
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node);

        Assert.Null((await Client.PodStatsAsync(pod.Id)).Linux.Network);
    }

    [Fact]
    public async Task List_WhenFiltered_GivesThoseThatAreReadyAndMatch()
    {
        var first = await RunPodAsync(config => config.Labels["app"] = "a");
        var second = await RunPodAsync();
        var stopped = await RunPodAsync(config => config.Labels["app"] = "a");
        await Client.StopPodAsync(stopped.Id);

        Assert.Equal(((string[])[first.Id, second.Id]).Order(), (await Client.ListPodStatsAsync()).Select(stats => stats.Attributes.Id).Order());
        Assert.Equal(first.Id, Assert.Single(await Client.ListPodStatsAsync(new PodSandboxStatsFilter { LabelSelector = { { "app", "a" } } })).Attributes.Id);
        Assert.Equal(second.Id, Assert.Single(await Client.ListPodStatsAsync(new PodSandboxStatsFilter { Id = second.Id[..10] })).Attributes.Id);
        Assert.Empty(await Client.ListPodStatsAsync(new PodSandboxStatsFilter { Id = "nosuch" }));

        var ofStopped = await Client.PodStatsAsync(stopped.Id);
        Assert.Equal(stopped.Id, ofStopped.Attributes.Id);
        Assert.Null(ofStopped.Linux);
    }

    [Fact]
    public async Task Stats_OfWhatIsNotThere_AreNotFound() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.PodStatsAsync("nosuch"), "nosuch");

    /// <returns>How many bytes came, once the server listens.</returns>
    private static async Task<int> FetchAsync(string address)
    {
        using var client = new HttpClient();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30) * TestNode.Patience);
        while (true)
        {
            try
            {
                return (await client.GetByteArrayAsync(new Uri(address), limit.Token)).Length;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
            }
        }
    }

    private ContainerConfig Named(string name, string script)
    {
        var config = PodConfigs.Container(Image, "sh", "-c", script);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    private static ulong Sum(PodSandboxStats stats, Func<ContainerStats, ulong> figure) => (ulong)stats.Linux.Containers.Sum(container => (long)figure(container));
}
