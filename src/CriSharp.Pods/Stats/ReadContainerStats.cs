using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Stats;

/// <summary>
/// What containers use: from the kernel's figures of their cgroups, now, and from the last walk over what they have written.
/// Takes no lock, starts nothing and keeps nothing open.
/// </summary>
public sealed class ReadContainerStats(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    ListContainers list,
    CgroupHierarchies hierarchies,
    ContainerFileSystem fileSystem,
    PodsOptions options)
{
    /// <summary>One container, in whatever state; of one that has ended only what it has written is left.</summary>
    /// <inheritdoc cref="ContainerStore.Get"/>
    public ContainerStats Of(string id)
    {
        var container = containers.Get(id);
        return Describe(container, container.State is ContainerState.Exited ? CgroupUsage.Unknown : UsageOf(container));
    }

    /// <summary>Those that run or may run, newest first. One that ends meanwhile is left out.</summary>
    /// <param name="filter">Null for all. Its ids may be the beginnings of some.</param>
    public IEnumerable<ContainerStats> List(ContainerStatsFilter? filter) =>
        list.Run(ToContainerFilter(filter)).Select(TryDescribe).OfType<ContainerStats>();

    internal IEnumerable<ContainerStats> Of(PodSandbox sandbox) => containers.Of(sandbox.Id).Select(TryDescribe).OfType<ContainerStats>();

    /// <returns>Null where it is not known of one that runs.</returns>
    internal ulong? TaskCountOf(PodSandbox sandbox)
    {
        ulong? sum = 0;
        foreach (var container in containers.Of(sandbox.Id).Where(container => container.State is not ContainerState.Exited))
        {
            sum += hierarchies.TaskCountOf(CgroupPlaces.CgroupOf(sandbox.Record, container.Id));
        }

        return sum;
    }

    private ContainerStats? TryDescribe(Container container)
    {
        if (container.State is ContainerState.Exited || UsageOf(container) is not { IsKnown: true } usage)
        {
            return null;
        }

        // Its cgroup may outlive it by a moment, and figures of a cgroup that is being emptied say nothing.
        return container.State is ContainerState.Exited || !containers.TryFind(container.Id.ToString(), out _) ? null : Describe(container, usage);
    }

    private CgroupUsage UsageOf(Container container) =>
        sandboxes.TryFind(container.Record.SandboxId.ToString(), out var sandbox) ? hierarchies.UsageOf(CgroupPlaces.CgroupOf(sandbox.Record, container.Id)) : CgroupUsage.Unknown;

    private ContainerStats Describe(Container container, CgroupUsage usage)
    {
        var at = UnixTime.Nanoseconds(options.Time.GetUtcNow());
        var rate = usage.CpuNanoseconds is { } used ? container.CpuRate.Next(used, options.Time.GetTimestamp(), options.Time) : null;
        var config = container.Record.Config;
        var stats = new ContainerStats
        {
            Attributes = new ContainerAttributes { Id = container.Id.ToString(), Metadata = config.Metadata },
            Cpu = DescribeUsage.Cpu(usage, rate, at),
            Memory = DescribeUsage.Memory(usage, at),
            Swap = DescribeUsage.Swap(usage, at),
            Io = DescribeUsage.Io(usage, at),
            WritableLayer = DescribeUsage.WritableLayer(fileSystem.TryUsageOf(container.Id)),
        };
        stats.Attributes.Labels.Add(config.Labels);
        stats.Attributes.Annotations.Add(config.Annotations);
        return stats;
    }

    private static ContainerFilter? ToContainerFilter(ContainerStatsFilter? filter) => filter is null
        ? null
        : new ContainerFilter { Id = filter.Id, PodSandboxId = filter.PodSandboxId, LabelSelector = { filter.LabelSelector } };
}
