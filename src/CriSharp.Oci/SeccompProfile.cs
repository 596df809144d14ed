using System.Text.Json.Serialization;

namespace CriSharp.Oci;

/// <summary>
/// A profile's file: the OCI runtime's form, and what Docker and containers-common add to it, which is conditions, errors by name, and the
/// ways into the kernel by the native one.
/// </summary>
public sealed record SeccompProfile
{
    public required string DefaultAction { get; init; }

    public uint? DefaultErrnoRet { get; init; }

    /// <summary>"ENOSYS".</summary>
    public string? DefaultErrno { get; init; }

    public IReadOnlyList<string>? Architectures { get; init; }

    public IReadOnlyList<SeccompProfileArchitecture>? ArchMap { get; init; }

    public IReadOnlyList<string>? Flags { get; init; }

    public string? ListenerPath { get; init; }

    public IReadOnlyList<SeccompProfileRule>? Syscalls { get; init; }

    /// <exception cref="FormatException">Not such a document, or over 16 MiB.</exception>
    public static SeccompProfile Parse(ReadOnlySpan<byte> json) => RuntimeSpecText.Read(json, RuntimeSpecJson.Written.SeccompProfile, "seccomp profile");
}

public sealed record SeccompProfileArchitecture
{
    /// <summary>"SCMP_ARCH_X86_64".</summary>
    public required string Architecture { get; init; }

    public IReadOnlyList<string>? SubArchitectures { get; init; }
}

/// <inheritdoc cref="SeccompProfileCondition"/>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SeccompProfileRule
{
    public IReadOnlyList<string>? Names { get; init; }

    /// <summary>Instead of <see cref="Names"/>.</summary>
    public string? Name { get; init; }

    public required string Action { get; init; }

    public uint? ErrnoRet { get; init; }

    /// <summary>"EPERM".</summary>
    public string? Errno { get; init; }

    public IReadOnlyList<SpecSyscallArgument>? Args { get; init; }

    public string? Comment { get; init; }

    public SeccompProfileCondition? Includes { get; init; }

    public SeccompProfileCondition? Excludes { get; init; }
}

/// <summary>A member that isn't known makes the document malformed: overlooked, it would open or close calls that its author didn't mean.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SeccompProfileCondition
{
    /// <summary>"CAP_SYS_ADMIN".</summary>
    public IReadOnlyList<string>? Caps { get; init; }

    /// <summary>"amd64".</summary>
    public IReadOnlyList<string>? Arches { get; init; }

    /// <summary>"4.8".</summary>
    public string? MinKernel { get; init; }
}
