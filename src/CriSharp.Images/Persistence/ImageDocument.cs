using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Oci;

namespace CriSharp.Images.Persistence;

/// <summary>An image record as it lies on disk: JSON that people can read.</summary>
internal sealed record ImageDocument
{
    public const int CurrentVersion = 3;

    /// <summary>What an earlier release would take for an image has the later version, so that it is not read there.</summary>
    private const int ImageVersion = 2;

    public required int Version { get; init; }

    /// <summary>Grows with every write of any record: where two records have the same tag, after a crash between their writes, the later one is right.</summary>
    public required long Revision { get; init; }

    public required string Id { get; init; }

    public IReadOnlyList<string> RepoTags { get; init; } = [];

    public IReadOnlyList<string> RepoDigests { get; init; } = [];

    public IReadOnlyList<string> Layers { get; init; } = [];

    public long SizeBytes { get; init; }

    public Platform Platform { get; init; } = new();

    public ImageConfig Config { get; init; } = ImageConfig.Empty;

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ArtifactType { get; init; }

    public IReadOnlyList<string> Documents { get; init; } = [];

    public IReadOnlyList<PulledNameDocument> PulledNames { get; init; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset PulledAt { get; init; }

    public static byte[] Format(ImageRecord record, long revision) => JsonSerializer.SerializeToUtf8Bytes(
        new ImageDocument
        {
            Version = record.ArtifactType is null ? ImageVersion : CurrentVersion,
            Revision = revision,
            Id = record.Id,
            RepoTags = record.RepoTags,
            RepoDigests = record.RepoDigests,
            Layers = [.. record.Layers.Select(layer => layer.ToString())],
            SizeBytes = record.SizeBytes,
            Platform = record.Platform,
            Config = record.Config,
            ArtifactType = record.ArtifactType,
            Documents = [.. record.Documents.Select(document => document.ToString())],
            PulledNames = [.. record.PulledNames.Select(PulledNameDocument.Of)],
            CreatedAt = record.CreatedAt,
            PulledAt = record.PulledAt,
        },
        ImageDocumentContext.Default.ImageDocument);

    /// <exception cref="FormatException">Not a record of an image.</exception>
    public static ImageDocument Deserialize(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, ImageDocumentContext.Default.ImageDocument) ?? throw new FormatException("it is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException(malformed.Message, malformed);
        }
    }

    /// <exception cref="FormatException">A digest is not one.</exception>
    public ImageRecord ToRecord() => new()
    {
        Id = Digest.Parse(Id).ToString(),
        RepoTags = RepoTags,
        RepoDigests = RepoDigests,
        Layers = [.. Layers.Select(text => new DiffId(Digest.Parse(text)))],
        SizeBytes = SizeBytes,
        Platform = Platform,
        Config = Config,
        ArtifactType = ArtifactType,
        Documents = [.. Documents.Select(Digest.Parse)],
        PulledNames = [.. PulledNames.Select(name => name.ToName())],
        CreatedAt = CreatedAt,
        PulledAt = PulledAt,
    };
}

/// <summary>A name under which an image was pulled, as it lies on disk.</summary>
internal sealed record PulledNameDocument(string Name, string Resolved, string Instance, IReadOnlyList<string> Signatures)
{
    public static PulledNameDocument Of(PulledName name) => new(
        name.Name.ToString(), name.Resolved.ToString(), name.Instance.ToString(), [.. name.Signatures.Select(signature => signature.ToString())]);

    /// <exception cref="FormatException">A name or a digest is not one.</exception>
    public PulledName ToName() => new(ImageReference.Parse(Name), Digest.Parse(Resolved), Digest.Parse(Instance), [.. (Signatures ?? []).Select(Digest.Parse)]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 64)]
[JsonSerializable(typeof(ImageDocument))]
internal sealed partial class ImageDocumentContext : JsonSerializerContext;
