using CriSharp.Pods.Containers;

namespace CriSharp.Daemon.Metrics;

/// <summary>How containers and their monitors have ended.</summary>
internal sealed class EndMetrics(ContainerEnds ends) : IMetricSource
{
    public IEnumerable<Metric> Collect() =>
    [
        Metric.Counter(
            "crisharp_container_ends_total", "Containers that have ended since the daemon started, by reason as their status tells it; not those that could not be started.",
            [.. EndFigures.Reasons.Select(reason => new Sample(ends.Figures.Of(reason), ("reason", reason)))]),
        Metric.Counter("crisharp_container_ooms_total", "Containers that have ended because their memory limit was reached.", new Sample(ends.Figures.Of(ContainerEnd.OutOfMemory))),
        Metric.Counter("crisharp_monitors_lost_total", "Monitors that died before their container: its output is lost from there on.", new Sample(ends.Figures.LostMonitors)),
    ];
}
