namespace CriSharp.Storage.Layers;

/// <summary>Which extended attributes of a layer are kept.</summary>
internal static class AttributeRules
{
    /// <summary>File capabilities: lost ones would break programs silently, so not being able to keep them is an error.</summary>
    public static bool IsRequired(ReadOnlySpan<byte> name) => name.SequenceEqual("security.capability"u8);

    /// <summary>
    /// Users' attributes, file capabilities and ACLs. Not: what steers overlayfs (an image could redirect a file to one of another layer),
    /// labels of the machine that built the image (security.selinux, .ima, .evm), and what only root's tools keep for themselves (trusted).
    /// </summary>
    public static bool IsKept(ReadOnlySpan<byte> name) =>
        IsRequired(name)
        || (name.StartsWith("user."u8) && !name.StartsWith("user.overlay."u8))
        || name.SequenceEqual("system.posix_acl_access"u8)
        || name.SequenceEqual("system.posix_acl_default"u8);
}
