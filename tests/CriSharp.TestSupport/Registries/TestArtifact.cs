using System.Text;
using System.Text.Json.Nodes;

namespace CriSharp.TestSupport.Registries;

/// <summary>An OCI artifact made by a test, as oras and its like push them: an empty config, and blobs that are files.</summary>
public sealed class TestArtifact
{
    private const string Manifest = "application/vnd.oci.image.manifest.v1+json";
    private readonly List<(string? Title, byte[] Blob, string MediaType)> _files = [];

    public string Type { get; init; } = "application/vnd.test.model";

    public string ConfigMediaType { get; init; } = "application/vnd.oci.empty.v1+json";

    public byte[] ConfigBytes { get; } = "{}"u8.ToArray();

    public IReadOnlyList<byte[]> Blobs => [.. _files.Select(file => file.Blob)];

    public byte[] ManifestBytes => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = Manifest,
        ["artifactType"] = Type,
        ["config"] = Descriptor(ConfigMediaType, ConfigBytes),
        ["layers"] = new JsonArray([.. _files.Select(file =>
        {
            var descriptor = Descriptor(file.MediaType, file.Blob);
            if (file.Title is not null)
            {
                descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.title"] = file.Title };
            }

            return descriptor;
        })]),
    }.ToJsonString());

    /// <summary>What the artifact's id is.</summary>
    public string ManifestDigest => TestImage.DigestOf(ManifestBytes);

    /// <param name="title">Null: the blob has none.</param>
    public TestArtifact Add(string? title, string text, string mediaType = "text/plain") => Add(title, Encoding.UTF8.GetBytes(text), mediaType);

    public TestArtifact Add(string? title, byte[] blob, string mediaType = "application/octet-stream")
    {
        _files.Add((title, blob, mediaType));
        return this;
    }

    /// <returns>The reference to pull.</returns>
    public async Task<string> PushAsync(LocalRegistry registry, string name, string tag)
    {
        foreach (var blob in Blobs.Append(ConfigBytes))
        {
            await registry.Upload.PushBlobAsync(name, blob);
        }

        await registry.Upload.PushManifestAsync(name, tag, Manifest, ManifestBytes);
        return $"{registry.Host}/{name}:{tag}";
    }

    public string Serve(FakeRegistry registry, string name, string tag)
    {
        foreach (var blob in Blobs.Append(ConfigBytes))
        {
            registry.ServeBlob(name, TestImage.DigestOf(blob), blob);
        }

        registry.ServeManifest(name, tag, Manifest, ManifestBytes);
        return $"{registry.Host}/{name}:{tag}";
    }

    private static JsonObject Descriptor(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = TestImage.DigestOf(blob), ["size"] = blob.Length };
}
