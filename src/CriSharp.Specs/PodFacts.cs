namespace CriSharp.Specs;

/// <summary>The namespaces that a container shares with its pod.</summary>
public sealed record PodNamespaces
{
    public required NamespaceChoice Network { get; init; }

    public required NamespaceChoice Ipc { get; init; }

    public required NamespaceChoice Uts { get; init; }

    /// <summary>Where the sandbox asks for one it has to be named: the host's is never taken instead.</summary>
    public NamespaceChoice User { get; init; } = NamespaceChoice.Host;

    /// <summary>PID namespace of the pod's infra process ("/proc/PID/ns/pid"), where it has one.</summary>
    public string? InfraPidPath { get; init; }

    /// <summary>PID namespace of the container that namespace_options.target_id names, where it is asked for.</summary>
    public string? TargetPidPath { get; init; }
}

/// <summary>The host's own, or one that is pinned at a path. There is no default: forgetting one would give a pod the host's.</summary>
public sealed record NamespaceChoice
{
    public static readonly NamespaceChoice Host = new((string?)null);

    private NamespaceChoice(string? path) => Path = path;

    /// <summary>Null for the host's.</summary>
    public string? Path { get; }

    public bool IsHost => Path is null;

    public static NamespaceChoice Join(string path) => new(path);
}

/// <summary>Files of the pod on the host that each of its containers gets.</summary>
public sealed record PodFiles
{
    public required string HostnamePath { get; init; }

    public required string ResolvConfPath { get; init; }

    /// <summary>Null where only the kubelet brings /etc/hosts.</summary>
    public string? HostsPath { get; init; }

    /// <summary>The pod's shared memory, a tmpfs; not used where the pod has the host's IPC namespace.</summary>
    public required string ShmPath { get; init; }
}
