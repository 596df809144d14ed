using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CriSharp.TestSupport.Registries;

/// <summary>An image made by a test: its blobs in memory and its documents, OCI's or Docker's.</summary>
public sealed class TestImage
{
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    private readonly List<TestLayer> _layers = [];

    public JsonObject RunConfig { get; init; } = [];

    public string Architecture { get; init; } = GoArchitecture;

    public string? Variant { get; init; }

    public string Os { get; init; } = "linux";

    /// <summary>Docker's schema 2 media types instead of OCI's.</summary>
    public bool IsDocker { get; init; }

    public IReadOnlyList<TestLayer> Layers => _layers;

    /// <summary>This machine's architecture in Go's words.</summary>
    public static string GoArchitecture => System.Runtime.InteropServices.RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public string ManifestMediaType => IsDocker ? DockerManifest : OciManifest;

    /// <summary>The config document; its digest is the image's id.</summary>
    public byte[] ConfigBytes => ToBytes(new JsonObject
    {
        ["architecture"] = Architecture,
        ["variant"] = Variant,
        ["os"] = Os,
        ["created"] = "2026-01-02T03:04:05Z",
        ["config"] = RunConfig.DeepClone(),
        ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray([.. _layers.Select(layer => JsonValue.Create(layer.DiffId))]) },
        ["history"] = new JsonArray([.. _layers.Select(_ => new JsonObject { ["created_by"] = "test" })]),
    });

    public string Id => DigestOf(ConfigBytes);

    public byte[] ManifestBytes => ToBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = ManifestMediaType,
        ["config"] = Descriptor(IsDocker ? "application/vnd.docker.container.image.v1+json" : "application/vnd.oci.image.config.v1+json", ConfigBytes),
        ["layers"] = new JsonArray([.. _layers.Select(layer => Descriptor(layer.MediaType(IsDocker), layer.Blob))]),
    });

    public string ManifestDigest => DigestOf(ManifestBytes);

    public TestImage Add(TestLayer layer)
    {
        _layers.Add(layer);
        return this;
    }

    /// <summary>An index (or manifest list) over images; a null platform of an entry leaves it out.</summary>
    public static byte[] IndexBytes(bool docker, params (TestImage Image, string? Os, string? Architecture, string? Variant)[] entries) => ToBytes(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = docker ? "application/vnd.docker.distribution.manifest.list.v2+json" : "application/vnd.oci.image.index.v1+json",
        ["manifests"] = new JsonArray([.. entries.Select(entry =>
        {
            var descriptor = Descriptor(entry.Image.ManifestMediaType, entry.Image.ManifestBytes);
            if (entry.Os is not null)
            {
                descriptor["platform"] = new JsonObject { ["os"] = entry.Os, ["architecture"] = entry.Architecture, ["variant"] = entry.Variant };
            }

            return descriptor;
        })]),
    });

    public static string DigestOf(ReadOnlySpan<byte> bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>Writes the image as an OCI layout that skopeo reads as "oci:FOLDER:latest". Only for images in OCI's format.</summary>
    public void WriteLayout(string folder)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256")).FullName;
        foreach (var blob in _layers.Select(layer => layer.Blob).Append(ConfigBytes).Append(ManifestBytes))
        {
            File.WriteAllBytes(Path.Combine(blobs, DigestOf(blob)["sha256:".Length..]), blob);
        }

        var entry = Descriptor(OciManifest, ManifestBytes);
        entry["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        File.WriteAllBytes(Path.Combine(folder, "index.json"), ToBytes(new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(entry) }));
        File.WriteAllText(Path.Combine(folder, "oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    private static JsonObject Descriptor(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = DigestOf(blob), ["size"] = blob.Length };

    private static byte[] ToBytes(JsonObject document) => System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
}
