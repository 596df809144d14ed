namespace CriSharp.Cni;

/// <summary>One pod sandbox to be attached to the network.</summary>
public sealed record CniRequest
{
    /// <summary>Of the sandbox; CNI_CONTAINERID.</summary>
    public required string ContainerId { get; init; }

    /// <summary>Absolute path of the pinned network namespace.</summary>
    public required string NetNsPath { get; init; }

    /// <summary>A folder of this sandbox's own, on durable storage: what DEL will need is kept there. Made if absent.</summary>
    public required string CacheDirectory { get; init; }

    public required string PodName { get; init; }

    public required string PodNamespace { get; init; }

    public required string PodUid { get; init; }

    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];

    /// <summary>Null: as much as there is.</summary>
    public Bandwidth? Bandwidth { get; init; }

    public PodDns Dns { get; init; } = PodDns.None;

    /// <summary>Of the pod's cgroup, as it was asked for; empty: none.</summary>
    public string CgroupPath { get; init; } = "";

    /// <summary>Of the pod.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Inside the sandbox; CNI_IFNAME.</summary>
    public string InterfaceName { get; init; } = "eth0";
}
