using CriSharp.Pods.Events;

namespace CriSharp.Daemon.Metrics;

/// <summary>Who listens to what becomes of containers, and what they were too slow for.</summary>
internal sealed class EventMetrics(PodEvents events) : IMetricSource
{
    public IEnumerable<Metric> Collect() =>
    [
        Metric.Gauge("crisharp_container_event_listeners", "Streams of container events that are open.", new Sample(events.ListenerCount)),
        Metric.Counter(
            "crisharp_container_events_dropped_total",
            "Container events that a listener was too slow for; its stream was ended then, so that it lists anew.",
            new Sample(events.DroppedCount)),
    ];
}
