using CriSharp.Cri.V1;
using CriSharp.Oci;

namespace CriSharp.Specs;

/// <summary>All that a container's specification is made from. Equal input makes equal output.</summary>
public sealed record ContainerSpecInput
{
    public required string ContainerId { get; init; }

    public required string SandboxId { get; init; }

    public required ContainerConfig Config { get; init; }

    public required PodSandboxConfig Sandbox { get; init; }

    public required ImageConfig Image { get; init; }

    public required ResolvedUser User { get; init; }

    public required HostFacts Host { get; init; }

    public required PodNamespaces Namespaces { get; init; }

    public required PodFiles Files { get; init; }

    /// <summary>Where the root file system is mounted: absolute, or relative to the bundle.</summary>
    public required string RootFsPath { get; init; }

    /// <summary>A cgroup path, or "slice:prefix:name" for the systemd driver.</summary>
    public required string CgroupsPath { get; init; }

    /// <summary>The name that the container sees: the pod's, or the host's where it shares its UTS namespace. May be empty.</summary>
    public string Hostname { get; init; } = "";

    public ContainerDefaults Defaults { get; init; } = ContainerDefaults.BuiltIn;

    /// <summary>Content of the file that a Localhost seccomp profile names (<see cref="SeccompProfileFile"/>).</summary>
    public string? LocalhostSeccompProfile { get; init; }

    /// <summary>The sandbox's SELinux level; null where it has none.</summary>
    public string? SelinuxLevel { get; init; }

    /// <summary>By each host path of <see cref="ContainerConfig.Devices"/>: the device there, or all below a folder.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<HostDevice>> Devices { get; init; } = new Dictionary<string, IReadOnlyList<HostDevice>>();

    /// <summary>Where on the host each image is that a mount names.</summary>
    public IReadOnlyDictionary<ImageVolume, string> ImageVolumes { get; init; } = new Dictionary<ImageVolume, string>();

    /// <summary>Devices that are asked for belong to run_as_user and run_as_group, not to their owners on the host.</summary>
    public bool DevicesAreTheUsers { get; init; }

    /// <summary>Of the CDI devices that <see cref="CdiDeviceNames.Asked"/> names; null where it names none.</summary>
    public SpecEdits? Edits { get; init; }

    /// <summary>By host path: how the mount that it lies on propagates. A source that isn't listed is not checked.</summary>
    public IReadOnlyDictionary<string, SourcePropagation> SourcePropagations { get; init; } = new Dictionary<string, SourcePropagation>();

    /// <summary>By host path: where it leads to, without links. A source that isn't listed has none.</summary>
    public IReadOnlyDictionary<string, string> SourcePlaces { get; init; } = new Dictionary<string, string>();
}

/// <summary>How a mount of the host passes mounts on (the optional fields of /proc/self/mountinfo).</summary>
public enum SourcePropagation
{
    Private,
    Slave,
    Shared,
}

/// <param name="Warnings">What was asked for and is not quite given, one sentence each, for the log.</param>
public sealed record BuiltSpec(RuntimeSpec Spec, IReadOnlyList<string> Warnings);
