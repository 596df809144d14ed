using CriSharp.Cri.V1;

namespace CriSharp.Pods.Stats;

/// <summary>A pod that has no cgroup of its own, as the sum of its containers. A sum of which one part is not known is not known.</summary>
internal static class PodSum
{
    /// <param name="at">Nanoseconds since 1970.</param>
    public static void AddTo(LinuxPodSandboxStats pod, long at)
    {
        if (pod.Containers.Count == 0)
        {
            return;
        }

        pod.Cpu = Of(pod, stats => stats.Cpu?.UsageCoreNanoSeconds) is { } used
            ? new CpuUsage { Timestamp = at, UsageCoreNanoSeconds = used, UsageNanoCores = Of(pod, stats => stats.Cpu?.UsageNanoCores) }
            : null;
        pod.Memory = Of(pod, stats => stats.Memory?.UsageBytes) is { } usage
            ? new MemoryUsage
            {
                Timestamp = at,
                UsageBytes = usage,
                WorkingSetBytes = Of(pod, stats => stats.Memory?.WorkingSetBytes),
                AvailableBytes = Of(pod, stats => stats.Memory?.AvailableBytes),
                RssBytes = Of(pod, stats => stats.Memory?.RssBytes),
                PageFaults = Of(pod, stats => stats.Memory?.PageFaults),
                MajorPageFaults = Of(pod, stats => stats.Memory?.MajorPageFaults),
            }
            : null;
    }

    private static UInt64Value? Of(LinuxPodSandboxStats pod, Func<ContainerStats, UInt64Value?> figure)
    {
        ulong sum = 0;
        foreach (var stats in pod.Containers)
        {
            if (figure(stats) is not { } part)
            {
                return null;
            }

            sum += part.Value;
        }

        return new UInt64Value { Value = sum };
    }
}
