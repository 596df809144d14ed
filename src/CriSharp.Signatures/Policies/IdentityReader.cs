using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>Reads a signedIdentity of a policy.</summary>
internal static class IdentityReader
{
    public static SignedIdentity Read(PolicyNode node)
    {
        var type = node.Fields().TryGetValue("type", out var named) ? named.Text() : throw node.Wrong("has no \"type\"");
        return type switch
        {
            "matchExact" => Bare(node, new SignedIdentity.MatchExact()),
            "matchRepoDigestOrExact" => Bare(node, SignedIdentity.Usual),
            "matchRepository" => Bare(node, new SignedIdentity.MatchRepository()),
            "exactReference" => new SignedIdentity.ExactReference(Reference(Only(node, "dockerReference"))),
            "exactRepository" => new SignedIdentity.ExactRepository(Repository(Only(node, "dockerRepository"))),
            "remapIdentity" => Remap(node),
            _ => throw named.Wrong($"is \"{type}\", which is no way to match a signed identity"),
        };
    }

    private static SignedIdentity Bare(PolicyNode node, SignedIdentity identity)
    {
        node.Fields("type");
        return identity;
    }

    private static PolicyNode Only(PolicyNode node, string name) =>
        node.Fields("type", name).TryGetValue(name, out var value) ? value : throw node.Wrong($"has no \"{name}\"");

    private static ImageReference Reference(PolicyNode node) => ClaimedName.TryParse(node.Text()) is { IsNameOnly: false } name
        ? name.Reference
        : throw node.Wrong($"is \"{node.Text()}\": want a reference with a tag or a digest");

    private static string Repository(PolicyNode node) => ClaimedName.TryParse(node.Text()) is { IsNameOnly: true } name
        ? name.Repository
        : throw node.Wrong($"is \"{node.Text()}\": want a repository without tag or digest");

    private static SignedIdentity.RemapIdentity Remap(PolicyNode node)
    {
        var fields = node.Fields("type", "prefix", "signedPrefix");
        return new SignedIdentity.RemapIdentity(Prefix("prefix"), Prefix("signedPrefix"));

        string Prefix(string name)
        {
            var value = fields.TryGetValue(name, out var found) ? found : throw node.Wrong($"has no \"{name}\"");
            var text = value.Text();

            // A host, or a host with part of a path: either is the beginning of a repository that can be read, and is in full already.
            return ImageReference.TryParse($"{text}/a/b", out var inside) && inside.Repository == $"{text}/a/b"
                ? text
                : throw value.Wrong($"is \"{text}\": want HOST[:PORT][/NAMESPACE...] in full");
        }
    }
}
