using CriSharp.Cri.V1;
using CriSharp.Ctl.Connection;
using Grpc.Core;

namespace CriSharp.Ctl.Usage;

/// <summary>Asks a runtime what its containers use: ListContainerStats, and ListPodSandboxMetrics for what that has no field for.</summary>
internal sealed class UsageReader(CriConnection cri)
{
    private const string ReadBytes = "container_fs_reads_bytes_total";
    private const string WrittenBytes = "container_fs_writes_bytes_total";
    private const string Processes = "container_processes";

    private bool _hasMetrics = true;

    /// <param name="typed">Ids or names of containers, or of pods for all in them; none: all.</param>
    /// <exception cref="Primitives.RuntimeException">NotFound, or InvalidArgument when several match.</exception>
    public async Task<IReadOnlyList<ContainerStats>> StatsAsync(IReadOnlyCollection<string> typed, CancellationToken cancellationToken)
    {
        var wanted = await IdsAsync(typed, cancellationToken);
        var answer = await cri.Runtime.ListContainerStatsAsync(new ListContainerStatsRequest(), cri.Within(cancellationToken));
        return [.. answer.Stats.Where(one => wanted is null || wanted.Contains(one.Attributes?.Id ?? ""))];
    }

    /// <inheritdoc cref="StatsAsync"/>
    public async Task<IReadOnlyList<ContainerUsage>> ReadAsync(IReadOnlyCollection<string> typed, CancellationToken cancellationToken)
    {
        var pods = await PodNamesAsync(cancellationToken);
        var metrics = await MetricsAsync(cancellationToken);
        return [.. (await StatsAsync(typed, cancellationToken)).Select(stats => Of(stats, pods, metrics))];
    }

    private static ContainerUsage Of(ContainerStats stats, Dictionary<string, string> pods, Dictionary<string, ContainerMetrics> metrics)
    {
        var id = stats.Attributes?.Id ?? "";
        var own = metrics.GetValueOrDefault(id);
        return new ContainerUsage
        {
            Id = id,
            Name = stats.Attributes?.Metadata?.Name ?? "",
            Pod = pods.GetValueOrDefault(id, ""),
            CpuReadAt = stats.Cpu?.Timestamp ?? 0,
            CpuNanoseconds = stats.Cpu?.UsageCoreNanoSeconds?.Value,
            NanoCores = stats.Cpu?.UsageNanoCores?.Value,
            MemoryBytes = stats.Memory?.WorkingSetBytes?.Value,
            DiskBytes = stats.WritableLayer?.UsedBytes?.Value,
            ReadBytes = Sum(own, ReadBytes),
            WrittenBytes = Sum(own, WrittenBytes),
            Processes = Sum(own, Processes),
        };
    }

    /// <summary>Over devices.</summary>
    private static ulong? Sum(ContainerMetrics? metrics, string name)
    {
        var values = metrics?.Metrics.Where(metric => metric.Name == name && metric.Value is not null).Select(metric => metric.Value.Value).ToList();
        return values is { Count: > 0 } ? values.Aggregate((sum, value) => sum + value) : null;
    }

    private async Task<HashSet<string>?> IdsAsync(IReadOnlyCollection<string> typed, CancellationToken cancellationToken)
    {
        if (typed.Count == 0)
        {
            return null;
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in typed)
        {
            if (await new IdLookup(cri).FindContainerAsync(word, cancellationToken) is { } container)
            {
                ids.Add(container.Id);
                continue;
            }

            var pod = await new IdLookup(cri).PodAsync(word, cancellationToken);
            ids.UnionWith((await cri.ListContainersAsync(cancellationToken)).Where(one => one.PodSandboxId == pod.Id).Select(one => one.Id));
        }

        return ids;
    }

    /// <returns>The names of pods by the ids of their containers.</returns>
    private async Task<Dictionary<string, string>> PodNamesAsync(CancellationToken cancellationToken)
    {
        var pods = (await cri.ListPodsAsync(cancellationToken)).ToDictionary(pod => pod.Id, pod => pod.Metadata?.Name ?? "");
        return (await cri.ListContainersAsync(cancellationToken)).ToDictionary(one => one.Id, one => pods.GetValueOrDefault(one.PodSandboxId, ""));
    }

    private async Task<Dictionary<string, ContainerMetrics>> MetricsAsync(CancellationToken cancellationToken)
    {
        if (!_hasMetrics)
        {
            return [];
        }

        try
        {
            var answer = await cri.Runtime.ListPodSandboxMetricsAsync(new ListPodSandboxMetricsRequest(), cri.Within(cancellationToken));
            return answer.PodMetrics.SelectMany(pod => pod.ContainerMetrics).DistinctBy(one => one.ContainerId).ToDictionary(one => one.ContainerId);
        }
        catch (RpcException unsupported) when (unsupported.StatusCode == StatusCode.Unimplemented)
        {
            _hasMetrics = false;
            return [];
        }
    }
}
