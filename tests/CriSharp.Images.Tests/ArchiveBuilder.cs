using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>Archives of images, honest ones and others.</summary>
internal sealed class ArchiveBuilder
{
    private readonly MemoryStream _bytes = new();
    private readonly TarWriter _tar;
    private readonly HashSet<string> _written = [];

    public ArchiveBuilder() => _tar = new TarWriter(_bytes, TarEntryFormat.Pax, leaveOpen: true);

    /// <summary>An OCI layout of one image.</summary>
    /// <param name="annotations">Of its entry in the index.</param>
    public static byte[] Oci(TestImage image, params (string Key, string Value)[] annotations) =>
        new ArchiveBuilder().Blobs(image).Index(Entry(image, annotations)).Build();

    /// <summary>As docker save made them.</summary>
    public static byte[] Docker(params (TestImage Image, string[] Names)[] images)
    {
        var builder = new ArchiveBuilder();
        var manifest = new JsonArray();
        foreach (var (image, names) in images)
        {
            var layers = image.Layers.Select(layer => $"{layer.Digest[7..]}/layer.tar").ToList();
            foreach (var (layer, file) in image.Layers.Zip(layers))
            {
                builder.FileOnce(file, layer.Blob);
            }

            builder.FileOnce($"{image.Id[7..]}.json", image.ConfigBytes);
            manifest.Add(DockerEntry($"{image.Id[7..]}.json", names, [.. layers]));
        }

        return builder.File("manifest.json", Encoding.UTF8.GetBytes(manifest.ToJsonString())).Build();
    }

    public static JsonObject DockerEntry(string config, string[] names, params string[] layers) => new()
    {
        ["Config"] = config,
        ["RepoTags"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]),
        ["Layers"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(layer))]),
    };

    public static JsonObject Entry(TestImage image, params (string Key, string Value)[] annotations) => new()
    {
        ["mediaType"] = image.ManifestMediaType,
        ["digest"] = image.ManifestDigest,
        ["size"] = image.ManifestBytes.Length,
        ["annotations"] = new JsonObject(annotations.Select(pair => KeyValuePair.Create<string, JsonNode?>(pair.Key, pair.Value))),
    };

    /// <param name="except">Digest of a blob that is not written.</param>
    public ArchiveBuilder Blobs(TestImage image, string except = "")
    {
        foreach (var blob in image.Layers.Select(layer => layer.Blob).Append(image.ConfigBytes).Append(image.ManifestBytes).Where(blob => TestImage.DigestOf(blob) != except))
        {
            FileOnce($"blobs/sha256/{TestImage.DigestOf(blob)[7..]}", blob);
        }

        return this;
    }

    public ArchiveBuilder Index(params JsonObject[] entries) =>
        File("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}"u8.ToArray())
            .File("index.json", Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray([.. entries]) }.ToJsonString()));

    public ArchiveBuilder File(string path, byte[] content)
    {
        _tar.WriteEntry(TestLayer.FileEntry(path, content, 0x1A4));
        return this;
    }

    public ArchiveBuilder FileOnce(string path, byte[] content) => _written.Add(path) ? File(path, content) : this;

    public ArchiveBuilder Link(string path, string target)
    {
        _tar.WriteEntry(TestLayer.LinkEntry(path, target));
        return this;
    }

    public ArchiveBuilder Fifo(string path)
    {
        _tar.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, path));
        return this;
    }

    public byte[] Build()
    {
        _tar.Dispose();
        return _bytes.ToArray();
    }
}
