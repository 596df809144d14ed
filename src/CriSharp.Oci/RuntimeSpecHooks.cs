using System.Text.Json.Serialization;

namespace CriSharp.Oci;

/// <summary>
/// Programs of the host that the OCI runtime runs in a container's life.
/// https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config.md#posix-platform-hooks
/// </summary>
public sealed record SpecHooks
{
    /// <summary>As <see cref="CreateRuntime"/>, under its older name.</summary>
    public IReadOnlyList<SpecHook>? Prestart { get; init; }

    /// <summary>In the runtime's namespaces, before the root is changed.</summary>
    public IReadOnlyList<SpecHook>? CreateRuntime { get; init; }

    /// <summary>In the container's namespaces, before the root is changed.</summary>
    public IReadOnlyList<SpecHook>? CreateContainer { get; init; }

    /// <summary>In the container, before its own program; the path is one in the container.</summary>
    public IReadOnlyList<SpecHook>? StartContainer { get; init; }

    public IReadOnlyList<SpecHook>? Poststart { get; init; }

    public IReadOnlyList<SpecHook>? Poststop { get; init; }
}

public sealed record SpecHook
{
    /// <summary>Absolute.</summary>
    public required string Path { get; init; }

    /// <summary>The program's own name first.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>"NAME=value" each.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds, above zero; null waits for its end.</summary>
    public int? Timeout { get; init; }
}

/// <summary>https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config-linux.md#intel-rdt</summary>
public sealed record SpecIntelRdt
{
    [JsonPropertyName("closID")]
    public string? ClosId { get; init; }

    public string? L3CacheSchema { get; init; }

    public string? MemBwSchema { get; init; }

    public IReadOnlyList<string>? Schemata { get; init; }

    public bool? EnableMonitoring { get; init; }
}
