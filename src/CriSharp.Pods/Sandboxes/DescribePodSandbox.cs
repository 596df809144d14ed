using CriSharp.Cri.V1;
using CriMessage = CriSharp.Cri.V1.PodSandbox;

namespace CriSharp.Pods.Sandboxes;

/// <summary>A pod sandbox in the words of the CRI.</summary>
public static class DescribePodSandbox
{
    /// <summary>Lists are asked for all the time, and little changes: the message is made once for each state, and is nobody's to change.</summary>
    public static CriMessage ForList(PodSandbox sandbox)
    {
        var state = StateOf(sandbox.State);
        if (sandbox.Listed is { } listed && listed.State == state)
        {
            return listed;
        }

        return sandbox.Listed = ForList(sandbox, state);
    }

    private static CriMessage ForList(PodSandbox sandbox, PodSandboxState state)
    {
        var config = sandbox.Record.Config;
        var message = new CriMessage
        {
            Id = sandbox.Id.ToString(),
            Metadata = config.Metadata,
            State = state,
            CreatedAt = UnixTime.Nanoseconds(sandbox.Record.CreatedAt),
            RuntimeHandler = sandbox.Record.RuntimeHandler,
        };
        message.Labels.Add(config.Labels);
        message.Annotations.Add(config.Annotations);
        return message;
    }

    /// <summary>The namespace modes are echoed as they were asked for: the kubelet compares them and makes a new sandbox where they differ.</summary>
    public static PodSandboxStatus ForStatus(PodSandbox sandbox)
    {
        var config = sandbox.Record.Config;
        var status = new PodSandboxStatus
        {
            Id = sandbox.Id.ToString(),
            Metadata = config.Metadata,
            State = StateOf(sandbox.State),
            CreatedAt = UnixTime.Nanoseconds(sandbox.Record.CreatedAt),
            Network = NetworkOf(sandbox.State),
            Linux = new LinuxPodSandboxStatus { Namespaces = new Cri.V1.Namespace { Options = sandbox.Record.Namespaces } },
            RuntimeHandler = sandbox.Record.RuntimeHandler,
        };
        status.Labels.Add(config.Labels);
        status.Annotations.Add(config.Annotations);
        return status;
    }

    public static PodSandboxState StateOf(SandboxState state) =>
        state is SandboxState.Ready ? PodSandboxState.SandboxReady : PodSandboxState.SandboxNotready;

    private static PodSandboxNetworkStatus NetworkOf(SandboxState state)
    {
        // An address that was given back may be another pod's by now.
        var ips = state is SandboxState.Ready ready ? ready.Ips : [];
        var network = new PodSandboxNetworkStatus { Ip = ips.Count > 0 ? ips[0] : "" };
        network.AdditionalIps.Add(ips.Skip(1).Select(ip => new PodIP { Ip = ip }));
        return network;
    }
}
