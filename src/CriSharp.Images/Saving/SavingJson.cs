using System.Text.Json.Serialization;

namespace CriSharp.Images.Saving;

internal sealed record LayoutFile(string ImageLayoutVersion);

/// <summary>index.json of an OCI layout.</summary>
internal sealed record LayoutIndex(int SchemaVersion, string MediaType, IReadOnlyList<LayoutEntry> Manifests);

internal sealed record LayoutEntry(
    string MediaType, string Digest, long Size, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Annotations);

/// <summary>One image of docker's manifest.json.</summary>
internal sealed record DockerImage(
    [property: JsonPropertyName("Config")] string Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string> RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string> Layers);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LayoutFile))]
[JsonSerializable(typeof(LayoutIndex))]
[JsonSerializable(typeof(IReadOnlyList<DockerImage>))]
internal sealed partial class SavingJson : JsonSerializerContext;
