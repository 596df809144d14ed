using CriSharp.Daemon.Tracing;

namespace CriSharp.Daemon.Metrics;

/// <summary>What has become of spans.</summary>
internal sealed class TraceMetrics(SpanQueue spans) : IMetricSource
{
    public IEnumerable<Metric> Collect() =>
    [
        Metric.Counter("crisharp_trace_spans_sent_total", "Spans that the collector of traces has taken.", new Sample(spans.Sent)),
        Metric.Counter("crisharp_trace_spans_dropped_total", "Spans that the collector did not take, or that were too many to be kept for it.", new Sample(spans.Dropped)),
    ];
}
