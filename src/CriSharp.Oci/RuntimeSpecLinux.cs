namespace CriSharp.Oci;

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md</summary>
public sealed record SpecLinux
{
    public IReadOnlyList<SpecIdMapping>? UidMappings { get; init; }

    public IReadOnlyList<SpecIdMapping>? GidMappings { get; init; }

    /// <summary>Set by the runtime in namespaces that it makes; those of a pod are set where its namespaces are made.</summary>
    public IReadOnlyDictionary<string, string>? Sysctl { get; init; }

    public SpecResources? Resources { get; init; }

    /// <summary>A path, or "slice:prefix:name" for the systemd driver.</summary>
    public string? CgroupsPath { get; init; }

    public IReadOnlyList<SpecNamespace> Namespaces { get; init; } = [];

    public IReadOnlyList<SpecDevice>? Devices { get; init; }

    public SpecSeccomp? Seccomp { get; init; }

    /// <summary>"rprivate", "rslave" or "rshared".</summary>
    public string? RootfsPropagation { get; init; }

    public IReadOnlyList<string>? MaskedPaths { get; init; }

    public IReadOnlyList<string>? ReadonlyPaths { get; init; }

    public string? MountLabel { get; init; }

    public SpecIntelRdt? IntelRdt { get; init; }
}

public sealed record SpecNamespace
{
    public const string Pid = "pid";
    public const string Network = "network";
    public const string Mount = "mount";
    public const string Ipc = "ipc";
    public const string Uts = "uts";
    public const string User = "user";
    public const string Cgroup = "cgroup";

    public required string Type { get; init; }

    /// <summary>The namespace to join; null makes a new one. A type that is not listed stays the runtime's own.</summary>
    public string? Path { get; init; }
}

public sealed record SpecDevice
{
    /// <summary>Absolute path in the container.</summary>
    public required string Path { get; init; }

    /// <summary>"c", "b", "u" or "p".</summary>
    public required string Type { get; init; }

    public long Major { get; init; }

    public long Minor { get; init; }

    /// <summary>Permission bits; written in decimal.</summary>
    public uint? FileMode { get; init; }

    public uint? Uid { get; init; }

    public uint? Gid { get; init; }
}

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md#control-groups</summary>
public sealed record SpecResources
{
    public IReadOnlyList<SpecDeviceRule>? Devices { get; init; }

    public SpecMemory? Memory { get; init; }

    public SpecCpu? Cpu { get; init; }

    public SpecPids? Pids { get; init; }

    public IReadOnlyList<SpecHugepageLimit>? HugepageLimits { get; init; }

    /// <summary>Files of cgroup v2, written as they are.</summary>
    public IReadOnlyDictionary<string, string>? Unified { get; init; }

    /// <summary>The document as UTF-8, as "update --resources" of an OCI runtime reads it.</summary>
    public byte[] ToJson() => RuntimeSpecText.Write(this, RuntimeSpecJson.Written.SpecResources);
}

public sealed record SpecDeviceRule
{
    public required bool Allow { get; init; }

    /// <summary>"a", "c" or "b"; null is "a".</summary>
    public string? Type { get; init; }

    /// <summary>Null is any.</summary>
    public long? Major { get; init; }

    /// <summary>Null is any.</summary>
    public long? Minor { get; init; }

    /// <summary>Of "r", "w" and "m".</summary>
    public string? Access { get; init; }
}

public sealed record SpecMemory
{
    /// <summary>Bytes.</summary>
    public long? Limit { get; init; }

    /// <summary>Bytes of memory and swap together; -1 is no limit.</summary>
    public long? Swap { get; init; }
}

public sealed record SpecCpu
{
    public ulong? Shares { get; init; }

    /// <summary>Microseconds per period; -1 is no limit.</summary>
    public long? Quota { get; init; }

    /// <summary>Microseconds.</summary>
    public ulong? Period { get; init; }

    public string? Cpus { get; init; }

    public string? Mems { get; init; }
}

public sealed record SpecPids
{
    public required long Limit { get; init; }
}

public sealed record SpecHugepageLimit
{
    /// <summary>"2MB", "1GB".</summary>
    public required string PageSize { get; init; }

    /// <summary>Bytes.</summary>
    public required ulong Limit { get; init; }
}
