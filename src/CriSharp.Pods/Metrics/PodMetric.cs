using CriSharp.Cri.V1;

namespace CriSharp.Pods.Metrics;

/// <summary>One figure of containers or pods, under the name that cadvisor gave it.</summary>
internal sealed class PodMetric
{
    /// <summary>
    /// As cadvisor has them: the cgroup, the container's id, the image's name, then Kubernetes' names. What is of a pod has the sandbox's id
    /// and the container "POD".
    /// </summary>
    public static readonly IReadOnlyList<string> CommonLabels = ["id", "name", "image", "pod", "namespace", "container"];

    public PodMetric(PodMetricGroups group, MetricType type, string name, string help, params string[] labels)
    {
        (Group, Type, Name) = (group, type, name);
        Descriptor = new MetricDescriptor { Name = name, Help = help, LabelKeys = { CommonLabels, labels } };
    }

    public PodMetricGroups Group { get; }

    public MetricType Type { get; }

    public string Name { get; }

    public MetricDescriptor Descriptor { get; }
}
