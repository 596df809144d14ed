using CriSharp.Oci;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs;

/// <summary>What a container gets where neither its pod nor its image says anything; the daemon's configuration may change it.</summary>
public sealed record ContainerDefaults
{
    public static readonly ContainerDefaults BuiltIn = new();

    /// <summary>CRI-O's nine: enough for a server that drops to a user of its own.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } =
    [
        "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_KILL",
    ];

    /// <summary>"NAME=value"; the image's and the pod's come after it.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    public IReadOnlyList<SpecRlimit> Rlimits { get; init; } = [];

    /// <summary>Name of the AppArmor profile for RuntimeDefault.</summary>
    public string AppArmorProfile { get; init; } = DefaultAppArmor.ProfileName;

    /// <summary>The seccomp profile for RuntimeDefault. Null: the built-in one.</summary>
    public SeccompFile? SeccompProfile { get; init; }

    /// <summary>
    /// CRI annotations that may reach the OCI runtime: a name, or its beginning and "*". Empty by default: some of them are as good as root
    /// (CVE-2024-3154: org.systemd.property.*).
    /// </summary>
    public IReadOnlyList<string> AllowedAnnotations { get; init; } = [];

    /// <summary>Annotations for the OCI runtime, by name; an allowed one of the pod's goes before it.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>A privileged container gets the devices that its pod names, as any other does.</summary>
    public bool PrivilegedWithoutHostDevices { get; init; }

    /// <summary>A limit of memory below it is refused: the OCI runtime starts in the container's cgroup, and would be killed there.</summary>
    public long LeastMemoryBytes { get; init; } = 12 << 20;

    /// <summary>Whether it is the name of a capability, in any case, with "CAP_" or without.</summary>
    public static bool IsCapability(string name) => CapabilitiesSection.IsKnown(name);
}
