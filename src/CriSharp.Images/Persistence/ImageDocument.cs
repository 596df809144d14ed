using System.Text.Json;
using System.Text.Json.Serialization;
using CriSharp.Oci;

namespace CriSharp.Images.Persistence;

/// <summary>An image record as it lies on disk: JSON that people can read.</summary>
internal sealed record ImageDocument
{
    public const int CurrentVersion = 1;

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

    public IReadOnlyList<string> Documents { get; init; } = [];

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset PulledAt { get; init; }

    public static byte[] Format(ImageRecord record, long revision) => JsonSerializer.SerializeToUtf8Bytes(
        new ImageDocument
        {
            Version = CurrentVersion,
            Revision = revision,
            Id = record.Id,
            RepoTags = record.RepoTags,
            RepoDigests = record.RepoDigests,
            Layers = [.. record.Layers.Select(layer => layer.ToString())],
            SizeBytes = record.SizeBytes,
            Platform = record.Platform,
            Config = record.Config,
            Documents = [.. record.Documents.Select(document => document.ToString())],
            CreatedAt = record.CreatedAt,
            PulledAt = record.PulledAt,
        },
        ImageDocumentContext.Default.ImageDocument);

    /// <exception cref="FormatException">Not a record of this version.</exception>
    public static (ImageRecord Record, long Revision) Parse(ReadOnlySpan<byte> json)
    {
        ImageDocument document;
        try
        {
            document = JsonSerializer.Deserialize(json, ImageDocumentContext.Default.ImageDocument) ?? throw new FormatException("it is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException(malformed.Message, malformed);
        }

        if (document.Version != CurrentVersion)
        {
            throw new FormatException($"it has version {document.Version}; only {CurrentVersion} is understood");
        }

        var record = new ImageRecord
        {
            Id = Digest.Parse(document.Id).ToString(),
            RepoTags = document.RepoTags,
            RepoDigests = document.RepoDigests,
            Layers = [.. document.Layers.Select(text => new DiffId(Digest.Parse(text)))],
            SizeBytes = document.SizeBytes,
            Platform = document.Platform,
            Config = document.Config,
            Documents = [.. document.Documents.Select(Digest.Parse)],
            CreatedAt = document.CreatedAt,
            PulledAt = document.PulledAt,
        };
        return (record, document.Revision);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, MaxDepth = 64)]
[JsonSerializable(typeof(ImageDocument))]
internal sealed partial class ImageDocumentContext : JsonSerializerContext;
