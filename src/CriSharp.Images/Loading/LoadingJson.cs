using System.Text.Json.Serialization;

namespace CriSharp.Images.Loading;

/// <summary>What index.json of an archive says beside the index itself.</summary>
internal sealed class LayoutIndexJson
{
    public List<LayoutEntryJson?>? Manifests { get; set; }
}

internal sealed class LayoutEntryJson
{
    public Dictionary<string, string?>? Annotations { get; set; }
}

/// <summary>One image of docker's manifest.json.</summary>
internal sealed class DockerImageJson
{
    [JsonPropertyName("Config")]
    public string? Config { get; set; }

    [JsonPropertyName("RepoTags")]
    public List<string?>? RepoTags { get; set; }

    [JsonPropertyName("Layers")]
    public List<string?>? Layers { get; set; }
}

/// <summary>A manifest that is written.</summary>
internal sealed record MadeManifest(int SchemaVersion, string MediaType, MadeDescriptor Config, IReadOnlyList<MadeDescriptor> Layers);

internal sealed record MadeDescriptor(string MediaType, string Digest, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 64)]
[JsonSerializable(typeof(LayoutIndexJson))]
[JsonSerializable(typeof(List<DockerImageJson>))]
[JsonSerializable(typeof(MadeManifest))]
internal sealed partial class LoadingJson : JsonSerializerContext;
