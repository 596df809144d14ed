using CriSharp.Oci;

namespace CriSharp.Signatures.Policies;

/// <summary>Reads one requirement of a policy. containers-policy.json(5), Policy Requirements</summary>
internal static class RequirementReader
{
    private const string GpgKeys = "GPGKeys";

    private static readonly string[] OtherKeyTypes = ["signedByGPGKeys", "X509Certificates", "signedByX509CAs"];

    public static Requirement Read(PolicyNode node)
    {
        var type = node.Fields().TryGetValue("type", out var named) ? named.Text() : throw node.Wrong("has no \"type\"");
        return type switch
        {
            "insecureAcceptAnything" => Bare(node, new Requirement.AcceptAnything(node.Place)),
            "reject" => Bare(node, new Requirement.Reject(node.Place)),
            "signedBy" => SignedBy(node),
            "sigstoreSigned" => SigstoreSigned(node),
            "signedBaseLayer" => SignedBaseLayer(node),
            _ => throw named.Wrong($"is \"{type}\", which is no type of requirement"),
        };
    }

    private static Requirement Bare(PolicyNode node, Requirement requirement)
    {
        node.Fields("type");
        return requirement;
    }

    private static Requirement.Uncheckable SignedBaseLayer(PolicyNode node)
    {
        var fields = node.Fields("type", "baseLayerIdentity");
        IdentityReader.Read(fields.TryGetValue("baseLayerIdentity", out var identity) ? identity : throw node.Wrong("has no \"baseLayerIdentity\""));
        return new Requirement.Uncheckable(node.Place, "signedBaseLayer", "base layers can't be checked");
    }

    private static Requirement SignedBy(PolicyNode node)
    {
        var fields = node.Fields("type", "keyType", "keyPath", "keyPaths", "keyData", "signedIdentity");
        var keys = Keys(node, fields, "keyPath", "keyPaths", "keyData");
        var identity = Identity(fields);
        var keyType = fields.TryGetValue("keyType", out var named) ? named.Text() : throw node.Wrong("has no \"keyType\"");
        if (OtherKeyTypes.Contains(keyType))
        {
            return new Requirement.Uncheckable(node.Place, "signedBy", $"keys of the type {keyType} can't be checked, only {GpgKeys}");
        }

        return keyType == GpgKeys ? new Requirement.SignedBy(node.Place, keys, identity) : throw named.Wrong($"is \"{keyType}\": want {GpgKeys}");
    }

    private static Requirement SigstoreSigned(PolicyNode node)
    {
        var fields = node.Fields(
            "type", "keyPath", "keyPaths", "keyData", "keyDatas", "fulcio", "pki", "signedIdentity",
            "rekorPublicKeyPath", "rekorPublicKeyPaths", "rekorPublicKeyData", "rekorPublicKeyDatas");
        var identity = Identity(fields);
        foreach (var authority in (string[])["fulcio", "pki"])
        {
            if (fields.TryGetValue(authority, out var value))
            {
                value.Fields();
                return new Requirement.Uncheckable(node.Place, "sigstoreSigned", $"certificates ({authority}) can't be checked, only public keys (keyPath, keyData)");
            }
        }

        var keys = Keys(node, fields, "keyPath", "keyPaths", "keyData", "keyDatas");
        return fields.Keys.FirstOrDefault(name => name.StartsWith("rekor", StringComparison.Ordinal)) is { } log
            ? new Requirement.Uncheckable(node.Place, "sigstoreSigned", $"entries of a transparency log ({log}) can't be checked, only public keys (keyPath, keyData)")
            : new Requirement.SigstoreSigned(node.Place, keys, identity);
    }

    private static SignedIdentity Identity(Dictionary<string, PolicyNode> fields) =>
        fields.TryGetValue("signedIdentity", out var identity) ? IdentityReader.Read(identity) : SignedIdentity.Usual;

    private static KeySource[] Keys(PolicyNode node, Dictionary<string, PolicyNode> fields, params string[] names)
    {
        var given = names.Where(fields.ContainsKey).ToList();
        if (given.Count != 1)
        {
            throw node.Wrong($"has {(given.Count == 0 ? "none" : string.Join(" and ", given))}: want exactly one of {string.Join(", ", names)}");
        }

        var value = fields[given[0]];
        return given[0] switch
        {
            "keyPath" => [KeyFile(value)],
            "keyPaths" => [.. value.Items().Select(KeyFile)],
            "keyData" => [KeyText(value)],
            _ => [.. value.Items().Select(KeyText)],
        };
    }

    private static KeySource KeyFile(PolicyNode node) =>
        Path.IsPathRooted(node.Text()) ? new KeySource(node.Text(), null) : throw node.Wrong($"is \"{node.Text()}\": want an absolute path");

    private static KeySource KeyText(PolicyNode node)
    {
        try
        {
            return new KeySource(node.Place, Convert.FromBase64String(node.Text()));
        }
        catch (FormatException malformed)
        {
            throw node.Wrong($"is not base64: {malformed.Message}");
        }
    }
}
