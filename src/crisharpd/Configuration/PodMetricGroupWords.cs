using CriSharp.Pods.Metrics;

namespace CriSharp.Daemon.Configuration;

/// <summary>Groups of figures by the names that CRI-O has for them.</summary>
internal static class PodMetricGroupWords
{
    private static readonly (string Word, PodMetricGroups Group)[] Words =
    [
        ("cpu", PodMetricGroups.Cpu), ("disk", PodMetricGroups.Disk), ("diskIO", PodMetricGroups.DiskIO), ("hugetlb", PodMetricGroups.Hugetlb),
        ("memory", PodMetricGroups.Memory), ("network", PodMetricGroups.Network), ("oom", PodMetricGroups.Oom), ("pressure", PodMetricGroups.Pressure),
        ("process", PodMetricGroups.Process), ("spec", PodMetricGroups.Spec),
    ];

    public static string Expected { get; } = $"all or one of {string.Join(", ", Words.Select(pair => pair.Word))}";

    public static bool TryParse(string text, out PodMetricGroups group)
    {
        group = text == "all" ? PodMetricGroups.All : Words.FirstOrDefault(pair => pair.Word == text).Group;
        return group != PodMetricGroups.None;
    }

    public static IReadOnlyList<string> Of(PodMetricGroups groups) =>
        groups == PodMetricGroups.All ? ["all"] : [.. Words.Where(pair => groups.HasFlag(pair.Group)).Select(pair => pair.Word)];
}
