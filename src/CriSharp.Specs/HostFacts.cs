namespace CriSharp.Specs;

/// <summary>What the host and the daemon on it can give, gathered once by the caller: this room reads nothing itself.</summary>
public sealed record HostFacts
{
    public const int LowestOomScoreAdj = -1000;

    /// <summary>The daemon's own bounding set, "CAP_CHOWN" each. A capability outside it can be given to nobody.</summary>
    public required IReadOnlySet<string> BoundingCapabilities { get; init; }

    public required CgroupVersion CgroupVersion { get; init; }

    /// <summary>Lowest oom_score_adj that a child can be given: -1000, or the daemon's own minimum where it lacks CAP_SYS_RESOURCE.</summary>
    public int OomScoreAdjFloor { get; init; } = LowestOomScoreAdj;

    /// <summary>Hard limits ("RLIMIT_NOFILE" ...) that can't be exceeded; those not listed can.</summary>
    public IReadOnlyDictionary<string, ulong> RlimitCeilings { get; init; } = new Dictionary<string, ulong>();

    /// <summary>"amd64", "arm64": as images name it.</summary>
    public string Architecture { get; init; } = "amd64";

    public bool HasSeccomp { get; init; } = true;

    /// <summary>The release of the kernel, for profiles that ask for a newer one.</summary>
    public Version Kernel { get; init; } = new(0, 0);

    /// <summary>The profiles loaded in the kernel; null on a host without AppArmor.</summary>
    public IReadOnlySet<string>? AppArmorProfiles { get; init; }

    /// <summary>Why the profile of RuntimeDefault is not among them, where it isn't.</summary>
    public string AppArmorTrouble { get; init; } = "it is not loaded on this host";

    /// <summary>The kernel runs with SELinux: labels mean something.</summary>
    public bool HasSelinux { get; init; }

    /// <summary>There is a controller for huge pages.</summary>
    public bool HasHugetlb { get; init; }

    /// <summary>Page sizes of the host as limits name them: "2MB", "1GB".</summary>
    public IReadOnlyCollection<string> HugepageSizes { get; init; } = [];

    public bool HasSwapAccounting { get; init; }

    /// <summary>The kernel has mount_setattr(2) and the handler's runtime says that it knows the mount option "rro".</summary>
    public bool SupportsRecursiveReadOnly { get; init; }

    /// <summary>Where the daemon mounts root file systems: absolute, without links.</summary>
    public IReadOnlyList<string> OwnFolders { get; init; } = [];

    /// <summary>Every device below /dev as it is now: what a privileged container gets. Empty where none is asked for.</summary>
    public IReadOnlyList<HostDevice> Devices { get; init; } = [];
}

public enum CgroupVersion
{
    /// <summary>Also hybrid hierarchies: the controllers are those of v1.</summary>
    V1,
    V2,
}

/// <summary>A device node of the host, after its symbolic links.</summary>
/// <param name="Path">Absolute, as it was found: below the folder that was asked for, where it was a folder.</param>
/// <param name="Type">'c' or 'b'.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record HostDevice(string Path, char Type, long Major, long Minor, uint Mode, uint Uid, uint Gid);
