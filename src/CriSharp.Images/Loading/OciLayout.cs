using System.Text.Json;
using CriSharp.Oci;
using CriSharp.Signatures.Policies;
using CriSharp.Storage.Archives;

namespace CriSharp.Images.Loading;

/// <summary>
/// An archive of an OCI layout: index.json, and blobs by digest.
/// https://github.com/opencontainers/image-spec/blob/main/image-layout.md
/// </summary>
internal static class OciLayout
{
    internal const string IndexFile = "index.json";
    internal const string ImageNameKey = "io.containerd.image.name";
    internal const string RefNameKey = "org.opencontainers.image.ref.name";
    private const string Unknown = "unknown";

    public static string FileOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    /// <returns>Null: it is none.</returns>
    /// <exception cref="FormatException">Malformed.</exception>
    /// <exception cref="InvalidDataException">The same.</exception>
    public static ArchiveContents? TryRead(TarArchive archive)
    {
        if (archive.TryRead(IndexFile, ImageManifest.LimitBytes) is not { } json)
        {
            return null;
        }

        var index = ImageIndex.Parse(json, MediaTypes.OciIndex);
        var names = NamesOf(json);

        // An attestation is of no platform; it stands beside what it is about.
        var images = index.Manifests
            .Select((entry, number) => (Entry: entry, Names: names[number]))
            .Where(image => image.Entry.Platform is not { Os: Unknown })
            .GroupBy(image => image.Entry.Manifest.Digest)
            .Select(same => new ArchiveImage(same.First().Entry.Manifest, [.. same.SelectMany(image => image.Names).Distinct()]))
            .ToList();
        return images.Count > 0
            ? new ArchiveContents(SignaturePolicy.OciArchive, archive, images, new Dictionary<Digest, string>(), new Dictionary<Digest, byte[]>())
            : throw new FormatException($"its {IndexFile} lists no image");
    }

    private static List<IReadOnlyList<ImageReference>> NamesOf(byte[] json)
    {
        try
        {
            var index = JsonSerializer.Deserialize(json, LoadingJson.Default.LayoutIndexJson);
            return [.. (index?.Manifests ?? []).Select(entry => NamesOf(entry?.Annotations))];
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"its {IndexFile} is malformed: {malformed.Message}", malformed);
        }
    }

    /// <summary>A tag alone, as the specification allows it, names no repository, so it is no name here.</summary>
    private static IReadOnlyList<ImageReference> NamesOf(Dictionary<string, string?>? annotations)
    {
        if (annotations?.GetValueOrDefault(ImageNameKey) is { Length: > 0 } full)
        {
            return ArchiveNames.Parse([full]);
        }

        return annotations?.GetValueOrDefault(RefNameKey) is { } name && name.AsSpan().ContainsAny(':', '/') && ImageReference.TryParse(name, out var reference) && reference.Digest is null
            ? [reference]
            : [];
    }
}
