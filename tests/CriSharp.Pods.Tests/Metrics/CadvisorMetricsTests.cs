using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Networks;
using CriSharp.Pods.Metrics;
using Google.Protobuf.Collections;

namespace CriSharp.Pods.Tests.Metrics;

public class CadvisorMetricsTests
{
    private static readonly string[] Labels = ["/pods/c", "c", "busybox", "web", "shop", "server"];

    [Fact]
    public void All_AreFiftySixWithWordsAndLabels()
    {
        Assert.Equal(56, CadvisorMetrics.All.Select(metric => metric.Name).Distinct().Count());
        Assert.Equal(56, CadvisorMetrics.All.Count);
        Assert.All(CadvisorMetrics.All, metric =>
        {
            Assert.Matches("^container_[a-z_]+$", metric.Name);
            Assert.EndsWith(".", metric.Descriptor.Help);
            Assert.Equal(PodMetric.CommonLabels, metric.Descriptor.LabelKeys.Take(6));
            Assert.Equal(metric.Descriptor.LabelKeys.Count, metric.Descriptor.LabelKeys.Distinct().Count());
            Assert.True(metric.Type == MetricType.Counter || !metric.Name.EndsWith("_total", StringComparison.Ordinal) || metric.Name == "container_fs_inodes_total");
        });
    }

    [Fact]
    public void Groups_HoldEachFigureOnce()
    {
        var groups = Enum.GetValues<PodMetricGroups>().Where(group => group is not (PodMetricGroups.All or PodMetricGroups.None)).ToArray();
        var always = CadvisorMetrics.Of(PodMetricGroups.None).ToArray();
        Assert.Equal("container_last_seen", Assert.Single(always).Name);
        Assert.Equal(CadvisorMetrics.All, CadvisorMetrics.Of(PodMetricGroups.All));
        var parts = groups.SelectMany(group => CadvisorMetrics.Of(group).Except(always)).ToArray();
        Assert.Equal(55, parts.Length);
        Assert.Equal(55, parts.Distinct().Count());
        Assert.Equal(PodMetricGroups.All, groups.Aggregate((one, other) => one | other));
    }

    [Fact]
    public void Sheet_OfAllThatIsKnown_HasTheLabelsThatTheDescriptorsName()
    {
        var metrics = new RepeatedField<Metric>();
        var sheet = new MetricSheet(Labels, metrics);
        var second = 1_000_000_000UL;
        sheet.Add(new CpuFigures(7 * second, 5 * second, 2 * second, 10, 3, 4 * second));
        sheet.Add(new MemoryFigures(1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12), new MemoryEvents(13, 14));
        sheet.Add(new DeviceTraffic(8, 0, 1, 2, 3, 4, 5), "/dev/sda");
        sheet.Add(new HugetlbFigures(1, 2), "2MB");
        var pressure = new Pressure(new Stall(0, 0, 0, 3 * second), new Stall(0, 0, 0, 2 * second));
        sheet.Add(new PressureFigures(pressure, pressure, pressure));
        sheet.Add(new InterfaceCounters("eth0", 1, 2, 3, 4));
        sheet.Add(new LinuxContainerResources { CpuPeriod = 1, CpuQuota = 2, CpuShares = 3, MemoryLimitInBytes = 4, MemorySwapLimitInBytes = 5, Unified = { ["memory.min"] = "6" } });

        var descriptors = CadvisorMetrics.All.ToDictionary(metric => metric.Name, metric => metric);
        Assert.All(metrics, metric =>
        {
            Assert.Equal(descriptors[metric.Name].Descriptor.LabelKeys.Count, metric.LabelValues.Count);
            Assert.Equal(descriptors[metric.Name].Type, metric.MetricType);
            Assert.Equal(Labels, metric.LabelValues.Take(6));
        });

        // A name with the same labels twice would fail a whole scrape.
        Assert.Equal(metrics.Count, metrics.Select(metric => $"{metric.Name} {string.Join('|', metric.LabelValues)}").Distinct().Count());
        ulong Value(string name, params string[] more) => metrics.Single(metric => metric.Name == name && metric.LabelValues.Skip(6).SequenceEqual(more)).Value.Value;
        Assert.Equal(7UL, Value("container_cpu_usage_seconds_total", "total"));
        Assert.Equal(4UL, Value("container_cpu_cfs_throttled_seconds_total"));
        Assert.Equal(11UL, Value("container_memory_failures_total", "pgfault", "container"));
        Assert.Equal(10UL, Value("container_memory_failures_total", "pgmajfault", "hierarchy"));
        Assert.Equal(3UL, Value("container_blkio_device_usage_total", "/dev/sda", "8", "0", "Discard"));
        Assert.Equal(2UL, Value("container_pressure_io_stalled_seconds_total"));
        Assert.Equal(3UL, Value("container_pressure_io_waiting_seconds_total"));
        Assert.Equal(6UL, Value("container_spec_memory_reservation_limit_bytes"));
    }

    [Fact]
    public void Sheet_OfWhatIsNotKnown_IsEmpty()
    {
        var metrics = new RepeatedField<Metric>();
        var sheet = new MetricSheet(Labels, metrics);
        sheet.Add(default(CpuFigures));
        sheet.Add(default, default(MemoryEvents));
        sheet.Add(new DeviceTraffic(8, 0, null, null, null, null, null), "8:0");
        sheet.Add(default(HugetlbFigures), "2MB");
        sheet.Add(default(PressureFigures));
        sheet.Add(new PressureFigures(new Pressure(default, null), null, null));

        Assert.Equal("container_pressure_cpu_waiting_seconds_total", Assert.Single(metrics).Name);
    }

    [Fact]
    public void Sheet_OfAContainerWithoutLimits_SaysThatThereAreNone()
    {
        var metrics = new RepeatedField<Metric>();
        new MetricSheet(Labels, metrics).Add(new LinuxContainerResources { CpuQuota = -1, MemoryLimitInBytes = -1, Unified = { ["memory.min"] = "max" } });

        Assert.Equal(
            ["container_spec_memory_limit_bytes 0", "container_spec_memory_reservation_limit_bytes 0", "container_spec_memory_swap_limit_bytes 0"],
            metrics.Select(metric => $"{metric.Name} {metric.Value.Value}"));
    }
}
