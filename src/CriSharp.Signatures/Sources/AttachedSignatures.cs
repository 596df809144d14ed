using System.Text.Json;
using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Sources;

/// <summary>
/// A signature image as cosign pushes it beside the image that it signs: a layer is a payload, its annotation the signature.
/// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
/// </summary>
public static class AttachedSignatures
{
    public const int CountLimit = 128;

    private const string PayloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
    private const string Annotation = "dev.cosignproject.cosign/signature";

    /// <returns>Null: the digest is too long for a tag, so there are none.</returns>
    public static ImageReference? ReferenceOf(ImageReference image, Digest manifest) =>
        ImageReference.TryParse($"{image.Repository}:{manifest.Algorithm}-{manifest.Hex}.sig", out var reference) ? reference : null;

    /// <returns>The payloads, each with its signature in base64. Other layers are passed over.</returns>
    /// <exception cref="FormatException">It is no manifest, or has too many layers.</exception>
    public static IReadOnlyList<(Descriptor Payload, string Signature)> Read(ReadOnlyMemory<byte> manifest, string mediaType)
    {
        var layers = ImageManifest.Parse(manifest.Span, mediaType).Layers;
        if (layers.Count > CountLimit)
        {
            throw new FormatException($"the signature image has {layers.Count} layers, and {CountLimit} is the limit");
        }

        var annotated = layers.Count == 0 ? [] : PolicyNode.Read(manifest, root => root.Fields()["layers"].Items().Select(SignatureOf).ToList());
        return [.. layers.Zip(annotated).Where(layer => layer.First.MediaType == PayloadType && layer.Second is not null).Select(layer => (layer.First, layer.Second!))];
    }

    private static string? SignatureOf(PolicyNode layer) =>
        layer.Fields().TryGetValue("annotations", out var annotations) && annotations.Element.ValueKind == JsonValueKind.Object
            && annotations.Fields().TryGetValue(Annotation, out var signature)
            ? signature.Text()
            : null;
}
