using System.Runtime.CompilerServices;
using CriSharp.Cri.V1;
using CriSharp.Linux.Files;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using CriSharp.Pods.Stats;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Metrics;

/// <summary>
/// The figures of all pods under cadvisor's names, taken when they are asked for. The network is the pod's, all else each container's. What ends
/// meanwhile is left out; what a host's cgroups don't tell, too.
/// </summary>
public sealed class ReadPodMetrics(
    ListPodSandboxes list, ContainerStore containers, PodNetworks networks, ReadContainerMetrics ofContainers, PodsOptions options)
{
    /// <summary>cadvisor's word for what is of no container of its own.</summary>
    private const string PodContainer = "POD";

    private const string Loopback = "lo";

    /// <summary>The same as long as the daemon lives.</summary>
    public ListMetricDescriptorsResponse Descriptors { get; } = new()
    {
        Descriptors = { CadvisorMetrics.Of(options.PodMetrics).Select(metric => metric.Descriptor) },
    };

    /// <summary>Those that are ready, newest first.</summary>
    public async IAsyncEnumerable<PodSandboxMetrics> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var devices = new BlockDeviceNames();
        var ready = new PodSandboxFilter { State = new PodSandboxStateValue { State = PodSandboxState.SandboxReady } };
        foreach (var sandbox in list.Run(ready))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var metrics = new PodSandboxMetrics { PodSandboxId = sandbox.Id.ToString() };
            if (options.PodMetrics.HasFlag(PodMetricGroups.Network))
            {
                await AddNetworkAsync(metrics, sandbox);
            }

            foreach (var container in containers.Of(sandbox.Id).Where(container => container.State is not ContainerState.Exited))
            {
                if (await ofContainers.TryReadAsync(sandbox, container, devices, cancellationToken) is { } found)
                {
                    metrics.ContainerMetrics.Add(found);
                }
            }

            if (sandbox.State is SandboxState.Ready)
            {
                yield return metrics;
            }
        }
    }

    /// <summary>Nothing of a pod on the host's network: those are the host's figures.</summary>
    private async Task AddNetworkAsync(PodSandboxMetrics metrics, PodSandbox sandbox)
    {
        if (sandbox.Record.HasHostNetwork || await networks.CountersOfAsync(sandbox) is not { } all)
        {
            return;
        }

        var pod = sandbox.Record.Config.Metadata;
        var cgroup = CgroupPlaces.TryFindOwn(sandbox.Record)?.ToString() ?? "";
        var sheet = new MetricSheet([cgroup, sandbox.Id.ToString(), "", pod.Name, pod.Namespace, PodContainer], metrics.Metrics);
        foreach (var counters in all)
        {
            if (counters.Name != Loopback)
            {
                sheet.Add(counters);
            }
        }
    }
}
