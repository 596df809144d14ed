using System.Text.Json;
using System.Text.Json.Serialization;

namespace CriSharp.Cni;

/// <summary>
/// What DEL and CHECK need of an ADD, kept on disk: also the network's configuration as it was, since the file may have changed or gone.
/// Written before the first plugin runs, so that a daemon that dies meanwhile still knows what to undo.
/// </summary>
internal sealed record Attachment
{
    public const int CurrentVersion = 2;

    public int Version { get; init; } = CurrentVersion;

    public required string ContainerId { get; init; }

    public required string NetNsPath { get; init; }

    public required string InterfaceName { get; init; }

    public required string PodName { get; init; }

    public required string PodNamespace { get; init; }

    public required string PodUid { get; init; }

    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];

    /// <summary>What else plugins have asked for, by the name of the capability.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Capabilities { get; init; }

    public required string NetworkFile { get; init; }

    public required JsonElement Network { get; init; }

    /// <summary>Null until ADD has succeeded.</summary>
    public JsonElement? Result { get; init; }

    /// <summary>As errors name it.</summary>
    [JsonIgnore]
    public string Pod => $"pod {PodNamespace}/{PodName}";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Attachment))]
internal sealed partial class AttachmentJson : JsonSerializerContext;
