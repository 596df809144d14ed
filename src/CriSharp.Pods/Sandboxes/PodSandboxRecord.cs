using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What never changes of a pod sandbox. Durable before anything of the sandbox is made, so that a crash finds what to undo.</summary>
public sealed record PodSandboxRecord
{
    public required PodSandboxId Id { get; init; }

    /// <summary>As the client sent it, byte for byte; never changed.</summary>
    public required PodSandboxConfig Config { get; init; }

    /// <summary>Name of the handler that was asked for; "" means the default one.</summary>
    public required string RuntimeHandler { get; init; }

    /// <summary>The runtime that the handler meant when it was made; null in records of earlier releases.</summary>
    public RuntimePlace? Runtime { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The kernel's boot id at creation: after a reboot nothing of the sandbox's run-time state exists.</summary>
    public required string BootId { get; init; }

    /// <summary>The cgroup that the pod's containers are put under, as the OCI runtime is told it.</summary>
    public required string CgroupParent { get; init; }

    /// <summary>Folders in /sys/fs/cgroup that were not there before this pod, parents first: ours to remove, as far as nobody else uses them.</summary>
    public required IReadOnlyList<string> MadeCgroups { get; init; }

    /// <summary>"s0:c1,c2": what no other sandbox has, or what was asked for. Null where the host has no SELinux, or the sandbox no labels.</summary>
    public string? SelinuxLevel { get; init; }

    public PodSandboxKey Key => PodSandboxKey.Of(Config.Metadata);

    public NamespaceOption Namespaces => Config.Linux?.SecurityContext?.NamespaceOptions ?? HostlessDefaults;

    public bool HasHostNetwork => Namespaces.Network == NamespaceMode.Node;

    public bool HasHostIpc => Namespaces.Ipc == NamespaceMode.Node;

    /// <summary>A shared PID namespace needs a process that is its pid 1.</summary>
    public bool NeedsInfra => Namespaces.Pid == NamespaceMode.Pod;

    private static NamespaceOption HostlessDefaults { get; } = new();
}
