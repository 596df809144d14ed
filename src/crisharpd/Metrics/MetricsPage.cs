namespace CriSharp.Daemon.Metrics;

/// <summary>All figures as Prometheus reads them.</summary>
internal sealed class MetricsPage(IEnumerable<IMetricSource> sources)
{
    public byte[] Write() => PrometheusText.Write(sources.SelectMany(source => source.Collect()));
}
