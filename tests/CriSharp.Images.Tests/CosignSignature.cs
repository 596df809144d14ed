using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>Signatures in cosign's format, served beside the images.</summary>
internal static class CosignSignature
{
    private const string PayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    public static byte[] Payload(string digest, string name, string type = "cosign container image signature") => Encoding.UTF8.GetBytes(
        new JsonObject
        {
            ["critical"] = new JsonObject
            {
                ["identity"] = new JsonObject { ["docker-reference"] = name },
                ["image"] = new JsonObject { ["docker-manifest-digest"] = digest },
                ["type"] = type,
            },
            ["optional"] = null,
        }.ToJsonString());

    /// <param name="digest">The tag stands for it, whatever the payload says.</param>
    public static void Serve(FakeRegistry registry, string repository, string digest, ECDsa key, byte[] payload)
    {
        var signature = key.SignData(payload, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        var config = "{}"u8.ToArray();
        var layer = Descriptor(PayloadType, payload);
        layer["annotations"] = new JsonObject { ["dev.cosignproject.cosign/signature"] = Convert.ToBase64String(signature) };
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = ManifestType,
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(layer),
        };
        registry.ServeManifest(repository, $"{digest.Replace(':', '-')}.sig", ManifestType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        registry.ServeBlob(repository, TestImage.DigestOf(payload), payload);
        registry.ServeBlob(repository, TestImage.DigestOf(config), config);
    }

    private static JsonObject Descriptor(string mediaType, byte[] blob) =>
        new() { ["mediaType"] = mediaType, ["digest"] = TestImage.DigestOf(blob), ["size"] = blob.Length };
}
