using System.Text.Json.Serialization;

namespace CriSharp.Oci;

/// <summary>
/// The config.json of a bundle: what an OCI runtime is told to run. Null means "left out", as the specification has it.
/// https://github.com/opencontainers/runtime-spec/blob/v1.1.0/config.md
/// </summary>
public sealed record RuntimeSpec
{
    /// <summary>What is longer is neither written nor read.</summary>
    public const int LimitBytes = 16 << 20;

    /// <summary>runc before 1.2 refuses later minor versions in places; 1.0.2 has every field that is written here.</summary>
    public string OciVersion { get; init; } = "1.0.2";

    public required SpecProcess Process { get; init; }

    public required SpecRoot Root { get; init; }

    /// <summary>Only for a UTS namespace that the runtime makes: in one that it joins it would change the name for all.</summary>
    public string? Hostname { get; init; }

    /// <summary>In the order in which they are made.</summary>
    public IReadOnlyList<SpecMount> Mounts { get; init; } = [];

    public SpecHooks? Hooks { get; init; }

    public required SpecLinux Linux { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>The document as UTF-8.</summary>
    public byte[] ToJson() => RuntimeSpecText.Write(this, RuntimeSpecJson.Written.RuntimeSpec);

    /// <exception cref="FormatException">Not such a document, or over 16 MiB.</exception>
    public static RuntimeSpec Parse(ReadOnlySpan<byte> json) => RuntimeSpecText.Read(json, RuntimeSpecJson.Written.RuntimeSpec, "runtime specification");
}

public sealed record SpecRoot
{
    /// <summary>Absolute, or relative to the bundle.</summary>
    public required string Path { get; init; }

    [JsonPropertyName("readonly")]
    public bool? ReadOnly { get; init; }
}

public sealed record SpecMount
{
    /// <summary>Absolute path in the container.</summary>
    public required string Destination { get; init; }

    public string? Type { get; init; }

    public string? Source { get; init; }

    public IReadOnlyList<string>? Options { get; init; }

    public IReadOnlyList<SpecIdMapping>? UidMappings { get; init; }

    public IReadOnlyList<SpecIdMapping>? GidMappings { get; init; }
}

public sealed record SpecIdMapping
{
    [JsonPropertyName("containerID")]
    public required uint ContainerId { get; init; }

    [JsonPropertyName("hostID")]
    public required uint HostId { get; init; }

    public required uint Size { get; init; }
}
