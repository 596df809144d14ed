namespace CriSharp.Specs;

/// <summary>Who a container's process is.</summary>
public sealed record ResolvedUser
{
    public static readonly ResolvedUser Root = new() { Uid = 0, Gid = 0, AdditionalGids = [0] };

    public required uint Uid { get; init; }

    public required uint Gid { get; init; }

    /// <summary>The primary group first, so that a file's "not this group" bits hold (CVE-2022-2995, CVE-2023-25173); none twice.</summary>
    public required IReadOnlyList<uint> AdditionalGids { get; init; }

    /// <summary>Home from the image's passwd; "/" where it has none, or one that is no plain absolute path.</summary>
    public string Home { get; init; } = "/";
}
