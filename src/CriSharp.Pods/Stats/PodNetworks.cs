using CriSharp.Cri.V1;
using CriSharp.Linux.Namespaces;
using CriSharp.Linux.Networks;
using CriSharp.Linux.Processes;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Stats;

/// <summary>What has gone over a pod's network.</summary>
public sealed class PodNetworks(ContainerStore containers, PodsOptions options)
{
    private const string DefaultInterface = "eth0";
    private const string Loopback = "lo";

    /// <returns>Null on the host's network, and where it is not known.</returns>
    internal async Task<NetworkUsage?> UsageOfAsync(PodSandbox sandbox)
    {
        if (sandbox.Record.HasHostNetwork || await CountersOfAsync(sandbox) is not { } all)
        {
            return null;
        }

        var usage = new NetworkUsage { Timestamp = UnixTime.Nanoseconds(options.Time.GetUtcNow()) };
        foreach (var counters in all.Where(counters => counters.Name != Loopback))
        {
            if (counters.Name == DefaultInterface)
            {
                usage.DefaultInterface = DescribeUsage.Interface(counters);
                continue;
            }

            usage.Interfaces.Add(DescribeUsage.Interface(counters));
        }

        return usage;
    }

    /// <summary>Through a process of the pod where there is one: it costs no thread.</summary>
    /// <returns>Null where it is not known.</returns>
    internal async Task<IReadOnlyList<InterfaceCounters>?> CountersOfAsync(PodSandbox sandbox)
    {
        if (ProcessOf(sandbox) is { } process && InterfaceCounters.TryReadOf(process) is { } counters)
        {
            return counters;
        }

        return await InterfaceCounters.TryReadInAsync(new NetworkNamespace(NamespacePins.PathOf(options.Folders.NamespacesOf(sandbox.Id), NamespaceKinds.Network)));
    }

    private ProcessIdentity? ProcessOf(PodSandbox sandbox) => sandbox.State is SandboxState.Ready { Infra: { } infra }
        ? infra.Init
        : containers.Of(sandbox.Id).Select(container => container.State).OfType<ContainerState.Running>().Select(running => (ProcessIdentity?)running.Processes.Init).FirstOrDefault();
}
