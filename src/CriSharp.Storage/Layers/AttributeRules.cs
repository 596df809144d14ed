namespace CriSharp.Storage.Layers;

/// <summary>Which extended attributes of a layer are kept.</summary>
internal static class AttributeRules
{
    /// <summary>File capabilities: lost ones would break programs silently, so not being able to keep them is an error.</summary>
    public static bool IsRequired(ReadOnlySpan<byte> name) => name.SequenceEqual("security.capability"u8);

    /// <summary>On anything else the kernel refuses it with EACCES. https://man7.org/linux/man-pages/man5/acl.5.html</summary>
    public static bool IsOfFoldersOnly(ReadOnlySpan<byte> name) => name.SequenceEqual("system.posix_acl_default"u8);

    /// <summary>
    /// Attributes of users and of root's tools (trusted), file capabilities and ACLs. Not: what steers overlayfs (an image could redirect a file
    /// to one of another layer), and labels of the machine that built the image (security.selinux, .ima, .evm).
    /// </summary>
    public static bool IsKept(ReadOnlySpan<byte> name) =>
        IsRequired(name)
        || (name.StartsWith("user."u8) && !name.StartsWith("user.overlay."u8))
        || (name.StartsWith("trusted."u8) && !name.StartsWith("trusted.overlay."u8))
        || name.SequenceEqual("system.posix_acl_access"u8)
        || IsOfFoldersOnly(name);
}
