using CriSharp.Images.Artifacts;
using CriSharp.Oci;
using CriSharp.Storage.Content;

namespace CriSharp.Images.Checking;

/// <summary>A record beside the documents that it was made from; they are there, and have their digests.</summary>
internal sealed class RecordComparison(ImageRecord record, ContentStore content)
{
    /// <returns>Null, or in which point they don't fit.</returns>
    public string? Contradiction()
    {
        try
        {
            var id = Digest.Parse(record.Id);
            return !record.Documents.Contains(id)
                ? $"none of its documents has its id ({string.Join(", ", record.Documents)})"
                : record.ArtifactType is null ? OfImage(id) : OfArtifact(id);
        }
        catch (Exception malformed) when (malformed is FormatException or IOException)
        {
            return malformed.Message;
        }
    }

    private string? OfImage(Digest id)
    {
        var config = ImageConfigFile.Parse(content.TryRead(id, ImageConfigFile.LimitBytes));
        if (!config.DiffIds.SequenceEqual(record.Layers))
        {
            return $"its record has {record.Layers.Count} layers that are not the {config.DiffIds.Count} of its config";
        }

        // The same image may have come by several manifests; the signatures are none.
        var signatures = record.PulledNames.SelectMany(name => name.Signatures).ToHashSet();
        foreach (var document in record.Documents.Where(document => document != id && !signatures.Contains(document)))
        {
            if (Manifest(document) is var manifest && (manifest.Config.Digest != id || manifest.Layers.Count != record.Layers.Count))
            {
                return $"its manifest {document} is of another image";
            }
        }

        return null;
    }

    private string? OfArtifact(Digest id)
    {
        var manifest = Manifest(id);
        return !ArtifactFiles.Of(manifest).Layers.SequenceEqual(record.Layers) ? "its record has other files than its manifest"
            : !record.Documents.Contains(manifest.Config.Digest) ? $"its record lacks the config {manifest.Config.Digest}"
            : null;
    }

    private ImageManifest Manifest(Digest digest) => KeptManifest.Parse(digest, content.TryRead(digest, ImageManifest.LimitBytes));
}
