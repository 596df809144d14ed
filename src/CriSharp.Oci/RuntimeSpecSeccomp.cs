using System.Text.Json.Serialization;

namespace CriSharp.Oci;

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md#seccomp</summary>
public sealed record SpecSeccomp
{
    /// <summary>"SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW" ...</summary>
    public required string DefaultAction { get; init; }

    public uint? DefaultErrnoRet { get; init; }

    public IReadOnlyList<string>? Architectures { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    public IReadOnlyList<SpecSyscallRule>? Syscalls { get; init; }
}

public sealed record SpecSyscallRule
{
    public required IReadOnlyList<string> Names { get; init; }

    public required string Action { get; init; }

    public uint? ErrnoRet { get; init; }

    public IReadOnlyList<SpecSyscallArgument>? Args { get; init; }
}

/// <inheritdoc cref="SeccompProfileCondition"/>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SpecSyscallArgument
{
    /// <summary>0 to 5.</summary>
    public required uint Index { get; init; }

    /// <summary>The mask, for SCMP_CMP_MASKED_EQ.</summary>
    public required ulong Value { get; init; }

    public ulong? ValueTwo { get; init; }

    /// <summary>"SCMP_CMP_EQ" ...</summary>
    public required string Op { get; init; }
}
