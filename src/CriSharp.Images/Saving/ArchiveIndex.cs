using System.Text.Json;
using CriSharp.Images.Loading;
using CriSharp.Oci;
using CriSharp.Storage.Archives;

namespace CriSharp.Images.Saving;

/// <summary>What tells a reader of an archive which images it holds.</summary>
internal abstract class ArchiveIndex
{
    private readonly List<PreparedImage> _images = [];

    protected IReadOnlyList<PreparedImage> Images => _images;

    public static ArchiveIndex For(ArchiveFormat format) => format == ArchiveFormat.Docker ? new OfDocker() : new OfOci();

    public void Add(PreparedImage image) => _images.Add(image);

    public abstract void Write(ArchiveWriter archive);

    /// <summary>https://github.com/opencontainers/image-spec/blob/main/image-layout.md</summary>
    private sealed class OfOci : ArchiveIndex
    {
        public override void Write(ArchiveWriter archive)
        {
            archive.Add("oci-layout", JsonSerializer.SerializeToUtf8Bytes(new LayoutFile("1.0.0"), SavingJson.Default.LayoutFile));
            var index = new LayoutIndex(2, MediaTypes.OciIndex, [.. Images.SelectMany(EntriesOf)]);
            archive.Add(OciLayout.IndexFile, JsonSerializer.SerializeToUtf8Bytes(index, SavingJson.Default.LayoutIndex));
        }

        /// <summary>One for each name, in full under both keys: the one is what containerd and docker read, the other what skopeo and podman do.</summary>
        private static IEnumerable<LayoutEntry> EntriesOf(PreparedImage image) => image.Names.Count == 0
            ? [EntryOf(image.Manifest, null)]
            : image.Names.Select(name => EntryOf(image.Manifest, new Dictionary<string, string>
            {
                [OciLayout.ImageNameKey] = name,
                [OciLayout.RefNameKey] = name,
            }));

        private static LayoutEntry EntryOf(Descriptor manifest, IReadOnlyDictionary<string, string>? annotations) =>
            new(manifest.MediaType, manifest.Digest.ToString(), manifest.SizeBytes, annotations);
    }

    /// <summary>https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format</summary>
    private sealed class OfDocker : ArchiveIndex
    {
        public override void Write(ArchiveWriter archive)
        {
            IReadOnlyList<DockerImage> images =
            [
                .. Images.Select(image => new DockerImage(OciLayout.FileOf(image.Config), image.Names, [.. image.Layers.Select(OciLayout.FileOf)])),
            ];
            archive.Add(DockerArchive.ManifestFile, JsonSerializer.SerializeToUtf8Bytes(images, SavingJson.Default.IReadOnlyListDockerImage));
        }
    }
}

/// <summary>An image whose blobs are known.</summary>
internal sealed record PreparedImage(Descriptor Manifest, Digest Config, IReadOnlyList<Digest> Layers, IReadOnlyList<string> Names);
