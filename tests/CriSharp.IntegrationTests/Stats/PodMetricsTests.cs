using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Stats;

public class PodMetricsTests(SharedInstance shared) : PodTest(shared)
{
    private const long Mega = 1 << 20;

    [Fact]
    public async Task Metrics_OfARunningContainer_AreAllThatTheHostTells()
    {
        var (pod, container) = await RunSleeperAsync(config => config.Linux.Resources = new LinuxContainerResources
        {
            CpuPeriod = 100_000,
            CpuQuota = 20_000,
            CpuShares = 1024,
            MemoryLimitInBytes = 64 * Mega,
            MemorySwapLimitInBytes = 64 * Mega,
        });
        await Client.ExecTextAsync(container, "sh", "-c", "head -c 1048576 /dev/zero > /written; sync /written; exec 9</dev/null");

        var descriptors = (await Client.Runtime.ListMetricDescriptorsAsync(new ListMetricDescriptorsRequest(), CriClient.Limited)).Descriptors.ToDictionary(one => one.Name);
        var ofPod = Assert.Single(await ListAsync());
        var ofContainer = Assert.Single(ofPod.ContainerMetrics);

        Assert.Equal((pod.Id, container), (ofPod.PodSandboxId, ofContainer.ContainerId));
        var all = ofPod.Metrics.Concat(ofContainer.Metrics).ToArray();
        Assert.All(all, metric => Assert.Equal(descriptors[metric.Name].LabelKeys.Count, metric.LabelValues.Count));
        Assert.Equal(all.Length, all.Select(metric => $"{metric.Name} {string.Join('|', metric.LabelValues)}").Distinct().Count());

        // What a host may lack: disks that account, huge pages, pressure; all else is there.
        var missing = descriptors.Keys.Except(all.Select(metric => metric.Name));
        var cgroups = CgroupHierarchies.Detect();
        var mayLack = descriptors.Keys.Where(name => name.Contains("_hugetlb_", StringComparison.Ordinal) || name.Contains("_blkio_", StringComparison.Ordinal)
            || (name.Contains("_fs_", StringComparison.Ordinal) && (name.Contains("_reads", StringComparison.Ordinal) || name.Contains("_writes", StringComparison.Ordinal)))
            || (name.Contains("_pressure_", StringComparison.Ordinal) && !HasPressure(cgroups))
            || (name.Contains("_inodes_", StringComparison.Ordinal)));
        Assert.Empty(missing.Except(mayLack));

        ulong Value(string name, params string[] more) => ofContainer.Metrics.Single(metric => metric.Name == name && metric.LabelValues.Skip(6).SequenceEqual(more)).Value.Value;
        var labels = ofContainer.Metrics[0].LabelValues;
        Assert.Equal(
            [Daemon.CgroupOf(container).ToString(), container, Shared.ImageName, pod.Config.Metadata.Name, "tests", "main"], labels);
        Assert.InRange(Value("container_memory_usage_bytes"), 1UL, 64UL * Mega);
        Assert.InRange(Value("container_memory_working_set_bytes"), 1UL, Value("container_memory_usage_bytes"));
        Assert.InRange(Value("container_memory_max_usage_bytes"), Value("container_memory_rss"), 64UL * Mega);
        Assert.Equal((20_000UL, 100_000UL, 1024UL), (Value("container_spec_cpu_quota"), Value("container_spec_cpu_period"), Value("container_spec_cpu_shares")));
        Assert.Equal((64UL * Mega, 64UL * Mega), (Value("container_spec_memory_limit_bytes"), Value("container_spec_memory_swap_limit_bytes")));
        Assert.Equal(0UL, Value("container_oom_events_total"));
        Assert.Equal(2UL, Value("container_processes"));
        Assert.InRange(Value("container_threads"), 2UL, 4UL);
        Assert.InRange(Value("container_file_descriptors"), 6UL, 100UL);
        var now = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        Assert.InRange(Value("container_last_seen"), now - 60, now);
        Assert.InRange(Value("container_start_time_seconds"), now - 60, now);
        var layer = ofContainer.Metrics.Single(metric => metric.Name == "container_fs_usage_bytes");
        Assert.NotEqual(0, layer.Timestamp);
        Assert.All(all.Where(metric => metric != layer), metric => Assert.Equal(0, metric.Timestamp));

        Assert.Equal((pod.Id, "POD", "eth0"), ofPod.Metrics.Select(metric => (metric.LabelValues[1], metric.LabelValues[5], metric.LabelValues[6])).Distinct().Single());
        Assert.Equal(8, ofPod.Metrics.Count);
    }

    [Fact]
    public async Task Metrics_OfWhatDoesNotRun_AreLeftOut()
    {
        var host = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Network = NamespaceMode.Node);
        var ended = await host.StartAsync(PodConfigs.Container(Image, "true"));
        await Client.WaitForExitAsync(ended);
        var stopped = await RunPodAsync();
        await Client.StopPodAsync(stopped.Id);

        var only = Assert.Single(await ListAsync());
        Assert.Equal(host.Id, only.PodSandboxId);
        Assert.Empty(only.ContainerMetrics);
        Assert.Empty(only.Metrics);
    }

    [Fact]
    public async Task Metrics_WhenStreamed_AreOfThoseOfTheList()
    {
        var (_, one) = await RunSleeperAsync();
        var (_, other) = await RunSleeperAsync();
        using var call = Client.Runtime.StreamPodSandboxMetrics(new StreamPodSandboxMetricsRequest(), CriClient.Limited);
        var streamed = new List<PodSandboxMetrics>();
        await foreach (var message in call.ResponseStream.ReadAllAsync())
        {
            streamed.AddRange(message.PodSandboxMetrics);
        }

        Assert.Equal([other, one], streamed.SelectMany(pod => pod.ContainerMetrics).Select(container => container.ContainerId));
        Assert.Equal((await ListAsync()).Select(pod => pod.PodSandboxId), streamed.Select(pod => pod.PodSandboxId));
    }

    [Fact]
    public async Task Metrics_WhileContainersEnd_AreOfTheOthers()
    {
        var (pod, stays) = await RunSleeperAsync();
        var going = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => pod.StartAsync(Named($"goes-{number}"))));
        using var done = new CancellationTokenSource();
        var lists = new List<IReadOnlyList<PodSandboxMetrics>>();
        var listing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                lists.Add(await ListAsync());
            }
        });
        foreach (var container in going)
        {
            await Client.RemoveAsync(container);
        }

        await done.CancelAsync();
        await listing;
        Assert.NotEmpty(lists);
        Assert.All(lists, list => Assert.Contains(list.Single().ContainerMetrics, one => one.ContainerId == stays));
        Assert.All(lists.SelectMany(list => list.Single().ContainerMetrics), one => Assert.Contains(one.Metrics, metric => metric.Name == "container_memory_usage_bytes"));
    }

    private static bool HasPressure(CgroupHierarchies cgroups) =>
        cgroups.Unified?.MountPoint is { } root && Directory.EnumerateFiles(root, "cpu.pressure", new EnumerationOptions { RecurseSubdirectories = true }).Any();

    private ContainerConfig Named(string name)
    {
        var config = PodConfigs.Sleeper(Image);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    private async Task<IReadOnlyList<PodSandboxMetrics>> ListAsync() =>
        (await Client.Runtime.ListPodSandboxMetricsAsync(new ListPodSandboxMetricsRequest(), CriClient.Limited)).PodMetrics;
}
