using CriSharp.Images.Pulling;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Metrics;

/// <summary>What has become of pulls, and what they fetched.</summary>
internal sealed class PullMetrics(PullImage pulls) : IMetricSource
{
    public IEnumerable<Metric> Collect()
    {
        var figures = pulls.Figures;
        return
        [
            Metric.Counter(
                "crisharp_pulls_total", "Pulls that have ended; present: the image was here already, as the registry has it.",
                [.. Enum.GetValues<PullEnd>().Select(end => new Sample(figures.Of(end), ("result", end.ToString().ToLowerInvariant())))]),
            Metric.Counter(
                "crisharp_pull_failures_total", "Pulls that have failed, by the kind of the failure.",
                [.. Enum.GetValues<ErrorKind>().Where(kind => figures.FailuresOf(kind) > 0).Select(kind => new Sample(figures.FailuresOf(kind), ("kind", kind.ToString())))]),
            Metric.Counter("crisharp_pull_bytes_total", "Compressed bytes of layers that pulls have fetched, those of failed pulls included.", new Sample(figures.BytesFetched)),
            Metric.Counter(
                "crisharp_pull_layers_total", "Layers of pulled images: fetched from a registry, or reused, since they were here already or another pull brought them.",
                new Sample(figures.LayersFetched, ("source", "fetched")), new Sample(figures.LayersReused, ("source", "reused"))),
            Metric.Histogram("crisharp_pull_duration_seconds", "How long pulls took that fetched an image.", (figures.Durations, [])),
        ];
    }
}
