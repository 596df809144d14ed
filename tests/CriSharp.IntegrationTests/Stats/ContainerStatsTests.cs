using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Stats;

public class ContainerStatsTests(SharedInstance shared) : PodTest(shared)
{
    private const ulong Mega = 1 << 20;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    [Fact]
    public async Task Cpu_OfABusyContainer_HasARateAtTheSecondLook()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "while :; do :; done"));
        await Task.Delay(TimeSpan.FromSeconds(1));
        var first = (await Client.StatsAsync(container)).Cpu;
        await Task.Delay(TimeSpan.FromSeconds(1));
        var second = (await Client.StatsAsync(container)).Cpu;

        Assert.InRange(first.UsageCoreNanoSeconds.Value, 1UL, 60_000_000_000UL);
        Assert.Null(first.UsageNanoCores);
        Assert.True(second.UsageCoreNanoSeconds.Value > first.UsageCoreNanoSeconds.Value);
        Assert.True(second.Timestamp > first.Timestamp);

        var expected = (second.UsageCoreNanoSeconds.Value - first.UsageCoreNanoSeconds.Value) * 1e9 / (second.Timestamp - first.Timestamp);
        Assert.InRange(second.UsageNanoCores.Value, expected * 0.9, expected * 1.1);
    }

    [Fact]
    public async Task Memory_OfAContainerThatHoldsSome_IsThatMuch()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "held=$(head -c 52428800 /dev/zero | tr '\\0' x); while :; do sleep 1; done");
        config.Linux.Resources.MemoryLimitInBytes = (long)(400 * Mega);
        var container = await pod.StartAsync(config);

        var memory = (await UntilAsync(container, stats => stats.Memory.RssBytes.Value >= 50 * Mega)).Memory;

        Assert.InRange(memory.UsageBytes.Value, 50 * Mega, 400 * Mega);
        Assert.InRange(memory.WorkingSetBytes.Value, 50 * Mega, memory.UsageBytes.Value);
        Assert.Equal((400 * Mega) - memory.WorkingSetBytes.Value, memory.AvailableBytes.Value);
        Assert.InRange(memory.PageFaults.Value, 1UL, ulong.MaxValue);
        Assert.NotNull(memory.MajorPageFaults);
        Assert.NotEqual(0, memory.Timestamp);
    }

    [Fact]
    public async Task Stats_OfAContainerWithoutLimit_SayWhatItIsAndNothingOfWhatIsAvailable()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Labels["app"] = "a";
            config.Annotations["io.kubernetes.container.hash"] = "a\"b";
        });

        var stats = await Client.StatsAsync(container);

        Assert.Equal((container, "main"), (stats.Attributes.Id, stats.Attributes.Metadata.Name));
        Assert.Equal("a", stats.Attributes.Labels["app"]);
        Assert.Equal("a\"b", stats.Attributes.Annotations["io.kubernetes.container.hash"]);
        Assert.Null(stats.Memory.AvailableBytes);
        Assert.Null(stats.Swap?.SwapAvailableBytes);

        // Where the kernel was built with it, also on a hybrid host.
        var pressure = CgroupHierarchies.Detect().Unified?.DirectoryOf(Daemon.CgroupOf(container));
        bool Has(string file) => pressure is not null && File.Exists(Path.Combine(pressure, file));
        Assert.Equal((Has("cpu.pressure"), Has("memory.pressure"), Has("io.pressure")), (stats.Cpu.Psi is not null, stats.Memory.Psi is not null, stats.Io?.Psi is not null));
    }

    [Fact]
    public async Task WritableLayer_OfAContainerThatWrites_IsThatMuch()
    {
        var (pod, container) = await RunSleeperAsync();
        var idle = await pod.StartAsync(Named("idle"));
        await Client.ExecTextAsync(container, "sh", "-c", "head -c 5242880 /dev/urandom > /written; touch /a /b");

        var layer = (await UntilAsync(container, stats => stats.WritableLayer?.UsedBytes.Value >= 5 * Mega)).WritableLayer;
        var other = (await UntilAsync(idle, stats => stats.WritableLayer is not null)).WritableLayer;

        Assert.InRange(layer.UsedBytes.Value, 5 * Mega, 6 * Mega);
        Assert.Equal(other.InodesUsed.Value + 3, layer.InodesUsed.Value);
        Assert.InRange(other.UsedBytes.Value, 0UL, Mega);
        Assert.True(Directory.Exists(layer.FsId.Mountpoint));
        Assert.NotEqual(0, layer.Timestamp);
    }

    [Fact]
    public async Task List_WhenFiltered_GivesThoseThatMatch()
    {
        var (first, running) = await RunSleeperAsync(config => config.Labels["app"] = "a");
        var second = await RunPodAsync();
        var created = await second.CreateAsync(PodConfigs.Sleeper(Image));

        Assert.Equal(((string[])[running, created]).Order(), (await Client.ListStatsAsync()).Select(stats => stats.Attributes.Id).Order());
        Assert.Equal(running, Assert.Single(await Client.ListStatsAsync(new ContainerStatsFilter { LabelSelector = { { "app", "a" } } })).Attributes.Id);
        Assert.Equal(running, Assert.Single(await Client.ListStatsAsync(new ContainerStatsFilter { PodSandboxId = first.Id })).Attributes.Id);
        Assert.Equal(created, Assert.Single(await Client.ListStatsAsync(new ContainerStatsFilter { Id = created[..10] })).Attributes.Id);
        Assert.Empty(await Client.ListStatsAsync(new ContainerStatsFilter { Id = running, PodSandboxId = second.Id }));
        Assert.Empty(await Client.ListStatsAsync(new ContainerStatsFilter { LabelSelector = { { "app", "b" } } }));
        Assert.Empty(await Client.ListStatsAsync(new ContainerStatsFilter { Id = "nosuch" }));
    }

    [Fact]
    public async Task Stats_OfAContainerThatHasEnded_AreWhatItHasWrittenAlone()
    {
        var (_, container) = await RunSleeperAsync();
        await Client.StopAsync(container, 10);

        var stats = await Client.StatsAsync(container);

        Assert.Equal(container, stats.Attributes.Id);
        Assert.Null(stats.Cpu);
        Assert.Null(stats.Memory);
        Assert.Null(stats.Swap);
        Assert.Empty(await Client.ListStatsAsync());
        Assert.NotNull((await UntilAsync(container, later => later.WritableLayer is not null)).WritableLayer);
    }

    [Fact]
    public async Task Stats_OfWhatIsNotThere_AreNotFound()
    {
        await AssertFailsAsync(StatusCode.NotFound, () => Client.StatsAsync("nosuch"), "nosuch");
        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.StatsAsync(""));
    }

    [Fact]
    public async Task List_WhileContainersEndAndAreRemoved_HoldsTheOthersWithAllFigures()
    {
        var pod = await RunPodAsync();
        var stays = await pod.StartAsync(Named("stays"));
        var going = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => pod.StartAsync(Named($"goes-{i}"))));
        using var done = new CancellationTokenSource();
        var lists = new List<IReadOnlyList<ContainerStats>>();
        var listing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                lists.Add(await Client.ListStatsAsync());
            }
        });
        foreach (var container in going)
        {
            await Client.StopAsync(container, 0);
            await Client.RemoveAsync(container);
        }

        await done.CancelAsync();
        await listing;

        Assert.All(lists, list => Assert.Contains(list, stats => stats.Attributes.Id == stays));
        Assert.All(lists.SelectMany(list => list), stats => Assert.True(stats is { Cpu.UsageCoreNanoSeconds.Value: > 0, Memory.UsageBytes: not null }));
        Assert.Equal(stays, Assert.Single(await Client.ListStatsAsync()).Attributes.Id);
    }

    private ContainerConfig Named(string name)
    {
        var config = PodConfigs.Sleeper(Image);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    private async Task<ContainerStats> UntilAsync(string container, Func<ContainerStats, bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        ContainerStats stats;
        while (!condition(stats = await Client.StatsAsync(container)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
        }

        return stats;
    }
}
