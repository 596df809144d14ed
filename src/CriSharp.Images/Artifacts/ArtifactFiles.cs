using System.Text;
using CriSharp.Oci;

namespace CriSharp.Images.Artifacts;

/// <summary>
/// The files of an OCI artifact: each of its blobs is one, named by its title, else by its digest. Each is kept as a layer of its own, so that artifacts share equal files, and
/// mounting, sums, removal and checks know them as they know images.
/// https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
/// </summary>
internal sealed class ArtifactFiles
{
    // What Docker before 1.10 called the config of an image, and what tools call it that leave its media type out.
    private const string LegacyConfig = "application/octet-stream";
    private const string NamelessConfig = "";

    private readonly Dictionary<DiffId, string> _names;

    private ArtifactFiles(string type, IReadOnlyList<DiffId> layers, Dictionary<DiffId, string> names) => (Type, Layers, _names) = (type, layers, names);

    /// <summary>What the artifact is: its own word, else the media type of its config.</summary>
    public string Type { get; }

    /// <summary>One for each blob, in the manifest's order.</summary>
    public IReadOnlyList<DiffId> Layers { get; }

    /// <summary>Whether a manifest describes an artifact, not an image.</summary>
    public static bool Are(ImageManifest manifest) => manifest.ArtifactType.Length > 0
        || (!MediaTypes.IsImageConfig(manifest.Config.MediaType) && manifest.Config.MediaType is not (LegacyConfig or NamelessConfig));

    /// <exception cref="FormatException">A name that leads out of the artifact, or that two files have.</exception>
    public static ArtifactFiles Of(ImageManifest manifest)
    {
        var names = new ArtifactNames();
        var layers = manifest.Layers.Select(blob => (Id: LayerOf(names.Take(blob), blob.Digest), Name: ArtifactNames.Of(blob))).ToList();
        var type = manifest.ArtifactType.Length > 0 ? manifest.ArtifactType : manifest.Config.MediaType;
        return new ArtifactFiles(type, [.. layers.Select(layer => layer.Id)], layers.ToDictionary(layer => layer.Id, layer => layer.Name));
    }

    public string NameOf(DiffId layer) => _names[layer];

    /// <summary>No tar has this digest: it only tells one name with one content from all others.</summary>
    private static DiffId LayerOf(string name, Digest blob) =>
        new(Digest.Of(Encoding.UTF8.GetBytes($"artifact file\n{blob}\n{name}")));
}
