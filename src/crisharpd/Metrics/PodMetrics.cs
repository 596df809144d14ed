using CriSharp.Daemon.Services;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Daemon.Metrics;

/// <summary>How many pods, containers and images there are.</summary>
internal sealed class PodMetrics(PodVerbs pods, ImageVerbs images) : IMetricSource
{
    public IEnumerable<Metric> Collect()
    {
        var sandboxes = pods.Sandboxes.All;
        var ready = sandboxes.Count(sandbox => sandbox.State is SandboxState.Ready);
        var states = pods.Containers.All.CountBy(container => Word(container.State)).ToDictionary();
        return
        [
            Metric.Gauge(
                "crisharp_pod_sandboxes", "Pod sandboxes by state.",
                new Sample(ready, ("state", "ready")), new Sample(sandboxes.Count - ready, ("state", "notready"))),
            Metric.Gauge(
                "crisharp_containers", "Containers by state.",
                [.. ((string[])["created", "running", "exited", "unknown"]).Select(state => new Sample(states.GetValueOrDefault(state), ("state", state)))]),
            Metric.Gauge("crisharp_images", "Images on this node.", new Sample(images.Store.List().Count)),
        ];
    }

    private static string Word(ContainerState state) => state switch
    {
        ContainerState.Created => "created",
        ContainerState.Running => "running",
        ContainerState.Exited => "exited",
        _ => "unknown",
    };
}
