namespace CriSharp.Oci;

/// <summary>
/// A container's first process, or one that is run in it later.
/// https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config.md#process
/// </summary>
public sealed record SpecProcess
{
    public bool? Terminal { get; init; }

    public required SpecUser User { get; init; }

    public required IReadOnlyList<string> Args { get; init; }

    /// <summary>"NAME=value" each.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    /// <summary>Absolute path in the container.</summary>
    public required string Cwd { get; init; }

    public SpecCapabilities? Capabilities { get; init; }

    public IReadOnlyList<SpecRlimit>? Rlimits { get; init; }

    public bool? NoNewPrivileges { get; init; }

    public string? ApparmorProfile { get; init; }

    /// <summary>-1000 to 1000.</summary>
    public int? OomScoreAdj { get; init; }

    public string? SelinuxLabel { get; init; }

    /// <inheritdoc cref="RuntimeSpec.ToJson"/>
    public byte[] ToJson() => RuntimeSpecText.Write(this, RuntimeSpecJson.Written.SpecProcess);
}

public sealed record SpecUser
{
    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    public uint? Umask { get; init; }

    public IReadOnlyList<uint>? AdditionalGids { get; init; }
}

/// <summary>Names as capabilities(7) has them: "CAP_CHOWN".</summary>
public sealed record SpecCapabilities
{
    public IReadOnlyList<string>? Bounding { get; init; }

    public IReadOnlyList<string>? Effective { get; init; }

    public IReadOnlyList<string>? Permitted { get; init; }

    public IReadOnlyList<string>? Inheritable { get; init; }

    public IReadOnlyList<string>? Ambient { get; init; }
}

public sealed record SpecRlimit
{
    /// <summary>"RLIMIT_NOFILE".</summary>
    public required string Type { get; init; }

    public required ulong Soft { get; init; }

    public required ulong Hard { get; init; }
}
