using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CriSharp.Oci;

/// <summary>Reads image documents, which are hostile: size, depth and shape are checked before anything is believed.</summary>
internal static class ImageJson
{
    private const int DepthLimit = 64;

    /// <summary>The largest integer that all readers of JSON understand in the same way; the sizes of all layers that an image may have add up to less than a long holds.</summary>
    private const long LargestSize = (1L << 53) - 1;

    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what, int limitBytes)
        where T : class
    {
        if (json.Length > limitBytes)
        {
            throw new FormatException($"the {what} has {json.Length} bytes, and {limitBytes} is the limit");
        }

        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException($"the {what} is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"the {what} is malformed: {malformed.Message}", malformed);
        }
    }

    /// <summary>
    /// Refuses a document that different readers may understand differently: fields of another kind of document, a field twice
    /// (also in other letter case, which Go's reader takes for the same), or a mediaType of its own that is not the declared one.
    /// https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
    /// </summary>
    public static void CheckShape(ReadOnlySpan<byte> json, string what, string mediaType, string[] expected, string[] foreign)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = DepthLimit });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new FormatException($"the {what} is not a JSON object");
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (!seen.Add(name))
                {
                    throw new FormatException($"the {what} is ambiguous: it has \"{name}\" twice");
                }

                if (foreign.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    throw new FormatException($"the {what} is ambiguous: it also has \"{name}\", which belongs to another kind of document");
                }

                reader.Read();
                if (name == "mediaType" && reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } own && own != mediaType)
                {
                    throw new FormatException($"the {what} says that its media type is \"{own}\", but it was announced as \"{mediaType}\"");
                }

                reader.Skip();
            }
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            throw new FormatException($"the {what} is malformed: {malformed.Message}", malformed);
        }

        foreach (var name in expected)
        {
            if (!seen.Contains(name))
            {
                throw new FormatException($"the {what} has no \"{name}\"");
            }
        }
    }

    public static void CheckVersion(int version, string what)
    {
        if (version != 2)
        {
            throw new FormatException($"the {what} has schemaVersion {version}; only 2 is understood");
        }
    }

    public static Descriptor ToDescriptor(DescriptorJson? descriptor, string what) => string.IsNullOrEmpty(descriptor?.MediaType)
        ? throw new FormatException($"the {what} needs a mediaType")
        : ToAnyDescriptor(descriptor, what);

    /// <summary>Its media type may be left out; it is empty then.</summary>
    public static Descriptor ToAnyDescriptor(DescriptorJson? descriptor, string what)
    {
        if (descriptor is null || descriptor.Size is not (>= 0 and <= LargestSize))
        {
            throw new FormatException($"the {what} needs a digest and a size of 0 to {LargestSize}");
        }

        return Digest.TryParse(descriptor.Digest, out var digest)
            ? new Descriptor { MediaType = descriptor.MediaType ?? "", Digest = digest, SizeBytes = descriptor.Size.Value, Title = TitleOf(descriptor.Annotations) }
            : throw new FormatException($"the {what} has no valid digest");
    }

    /// <summary>Models have a name of their own for it. https://github.com/modelpack/model-spec/blob/main/docs/annotations.md</summary>
    private static string? TitleOf(Dictionary<string, JsonElement>? annotations) =>
        TextOf(annotations, "org.opencontainers.image.title") ?? TextOf(annotations, "org.cncf.model.filepath");

    private static string? TextOf(Dictionary<string, JsonElement>? annotations, string name) =>
        annotations is not null && annotations.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

internal class DescriptorJson
{
    public string? MediaType { get; set; }

    public string? Digest { get; set; }

    public long? Size { get; set; }

    public Dictionary<string, JsonElement>? Annotations { get; set; }
}

internal sealed class ManifestJson
{
    public int SchemaVersion { get; set; }

    public string? ArtifactType { get; set; }

    public DescriptorJson? Config { get; set; }

    public List<DescriptorJson?>? Layers { get; set; }
}

internal sealed class IndexJson
{
    public int SchemaVersion { get; set; }

    public List<IndexEntryJson?>? Manifests { get; set; }
}

internal sealed class IndexEntryJson : DescriptorJson
{
    public PlatformJson? Platform { get; set; }
}

internal sealed class PlatformJson
{
    public string? Os { get; set; }

    public string? Architecture { get; set; }

    public string? Variant { get; set; }
}

internal sealed class ConfigFileJson
{
    public string? Os { get; set; }

    public string? Architecture { get; set; }

    public string? Variant { get; set; }

    public string? Created { get; set; }

    public RunConfigJson? Config { get; set; }

    [JsonPropertyName("rootfs")]
    public RootFsJson? RootFs { get; set; }
}

internal sealed class RootFsJson
{
    public string? Type { get; set; }

    [JsonPropertyName("diff_ids")]
    public List<string?>? DiffIds { get; set; }
}

/// <summary>This part of the document is spelled with capitals.</summary>
internal sealed class RunConfigJson
{
    [JsonPropertyName("User")]
    public string? User { get; set; }

    [JsonPropertyName("Env")]
    public List<string?>? Env { get; set; }

    [JsonPropertyName("Entrypoint")]
    public List<string?>? Entrypoint { get; set; }

    [JsonPropertyName("Cmd")]
    public List<string?>? Cmd { get; set; }

    [JsonPropertyName("WorkingDir")]
    public string? WorkingDir { get; set; }

    [JsonPropertyName("StopSignal")]
    public string? StopSignal { get; set; }

    [JsonPropertyName("Volumes")]
    public Dictionary<string, JsonElement>? Volumes { get; set; }

    [JsonPropertyName("Labels")]
    public Dictionary<string, string?>? Labels { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, MaxDepth = 64)]
[JsonSerializable(typeof(ManifestJson))]
[JsonSerializable(typeof(IndexJson))]
[JsonSerializable(typeof(ConfigFileJson))]
internal sealed partial class ImageJsonContext : JsonSerializerContext;
