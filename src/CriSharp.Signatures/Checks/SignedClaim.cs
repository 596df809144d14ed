using CriSharp.Oci;
using CriSharp.Signatures.Policies;

namespace CriSharp.Signatures.Checks;

/// <summary>What a signer says: this manifest is the image of that name. containers-signature(5)</summary>
internal sealed record SignedClaim(Digest Manifest, string DockerReference)
{
    public const string SimpleSigning = "atomic container signature";
    public const string Cosign = "cosign container image signature";

    /// <param name="type">The only critical.type that it may have.</param>
    /// <exception cref="FormatException">It is no such claim; anything more than expected makes it none.</exception>
    public static SignedClaim Read(ReadOnlyMemory<byte> payload, string type) => PolicyNode.Read(payload, root =>
    {
        var fields = Exactly(root, "critical", "optional");

        // cosign writes null for nothing.
        if (fields["optional"].Element.ValueKind != System.Text.Json.JsonValueKind.Null)
        {
            fields["optional"].Fields();
        }

        var critical = Exactly(fields["critical"], "type", "image", "identity");
        var actual = critical["type"].Text();
        if (actual != type)
        {
            throw new FormatException($"critical.type is \"{actual}\" instead of \"{type}\"");
        }

        var digest = Exactly(critical["image"], "docker-manifest-digest")["docker-manifest-digest"];
        return new SignedClaim(
            Digest.TryParse(digest.Text(), out var manifest) ? manifest : throw digest.Wrong("is not a digest"),
            Exactly(critical["identity"], "docker-reference")["docker-reference"].Text());
    });

    private static Dictionary<string, PolicyNode> Exactly(PolicyNode node, params string[] names)
    {
        var fields = node.Fields(names);
        return names.FirstOrDefault(name => !fields.ContainsKey(name)) is { } missing ? throw node.Wrong($"has no \"{missing}\"") : fields;
    }
}
