using System.Runtime.CompilerServices;
using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.Pods.Sandboxes;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Stats;

/// <summary>
/// What pods use. A pod that has a cgroup of its own is told by it: there is also what the kubelet and ended containers have used in it.
/// Where several pods share a cgroup each is the sum of its containers.
/// </summary>
public sealed class ReadPodStats(
    PodSandboxStore sandboxes, ListPodSandboxes list, ReadContainerStats containers, PodNetworks networks, CgroupHierarchies hierarchies, PodsOptions options)
{
    /// <summary>One sandbox; of one that has stopped nothing but what it was.</summary>
    /// <inheritdoc cref="PodSandboxStore.Get"/>
    public Task<PodSandboxStats> OfAsync(string id)
    {
        var sandbox = sandboxes.Get(id);
        return sandbox.State is SandboxState.Ready ? DescribeAsync(sandbox, CountParents()) : Task.FromResult(new PodSandboxStats { Attributes = AttributesOf(sandbox) });
    }

    /// <summary>Those that are ready, newest first. One that is stopped meanwhile is left out.</summary>
    /// <param name="filter">Null for all. Its id may be the beginning of one.</param>
    public async IAsyncEnumerable<PodSandboxStats> ListAsync(PodSandboxStatsFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = new PodSandboxFilter { State = new PodSandboxStateValue { State = PodSandboxState.SandboxReady } };
        if (filter is not null)
        {
            wanted.Id = filter.Id;
            wanted.LabelSelector.Add(filter.LabelSelector);
        }

        var parents = CountParents();
        foreach (var sandbox in list.Run(wanted))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var stats = await DescribeAsync(sandbox, parents);
            if (sandbox.State is SandboxState.Ready)
            {
                yield return stats;
            }
        }
    }

    private async Task<PodSandboxStats> DescribeAsync(PodSandbox sandbox, Dictionary<string, int> parents)
    {
        var own = parents.GetValueOrDefault(sandbox.Record.CgroupParent) <= 1 ? CgroupPlaces.TryFindOwn(sandbox.Record) : null;
        var linux = new LinuxPodSandboxStats { Containers = { containers.Of(sandbox) } };
        if (own is null)
        {
            PodSum.AddTo(linux, UnixTime.Nanoseconds(options.Time.GetUtcNow()));
        }
        else
        {
            Add(linux, sandbox, hierarchies.UsageOf(own));
        }

        linux.Process = ProcessesOf(sandbox, own);
        linux.Network = await networks.UsageOfAsync(sandbox);
        return new PodSandboxStats { Attributes = AttributesOf(sandbox), Linux = linux };
    }

    private void Add(LinuxPodSandboxStats linux, PodSandbox sandbox, CgroupUsage usage)
    {
        var at = UnixTime.Nanoseconds(options.Time.GetUtcNow());
        var rate = usage.CpuNanoseconds is { } used ? sandbox.CpuRate.Next(used, options.Time.GetTimestamp(), options.Time) : null;
        linux.Cpu = DescribeUsage.Cpu(usage, rate, at);
        linux.Memory = DescribeUsage.Memory(usage, at);
        linux.Io = DescribeUsage.Io(usage, at);
    }

    private ProcessUsage? ProcessesOf(PodSandbox sandbox, CgroupPath? own)
    {
        var count = own is null ? containers.TaskCountOf(sandbox) : hierarchies.TaskCountOf(own);
        return count is null ? null : new ProcessUsage { Timestamp = UnixTime.Nanoseconds(options.Time.GetUtcNow()), ProcessCount = DescribeUsage.Value(count) };
    }

    /// <summary>How many ready sandboxes put their containers below the same cgroup. A stopped one has none there any more.</summary>
    private Dictionary<string, int> CountParents() => sandboxes.All
        .Where(sandbox => sandbox.State is SandboxState.Ready)
        .CountBy(sandbox => sandbox.Record.CgroupParent, StringComparer.Ordinal)
        .ToDictionary(StringComparer.Ordinal);

    private static PodSandboxAttributes AttributesOf(PodSandbox sandbox)
    {
        var config = sandbox.Record.Config;
        return new PodSandboxAttributes { Id = sandbox.Id.ToString(), Metadata = config.Metadata, Labels = { config.Labels }, Annotations = { config.Annotations } };
    }
}
