using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Pods.Containers;

/// <summary>
/// An OCI runtime mounts on these folders and makes nodes in them. An image that has links there leads a runtime before its fix to
/// the host (CVE-2019-19921, CVE-2023-28642, CVE-2026-41579), and no image needs them.
/// </summary>
internal static class RootFsShape
{
    private static readonly string[] MountPoints = ["proc", "sys", "dev"];

    /// <exception cref="RuntimeException">InvalidArgument: which of them is something else.</exception>
    public static void Check(string rootFs)
    {
        using var tree = DirectoryTree.Open(rootFs);
        foreach (var name in MountPoints)
        {
            if (tree.TryStat(name) is { Kind: not FileKind.Directory } found)
            {
                throw new RuntimeException(ErrorKind.InvalidArgument, $"the image has a {found.Kind} in the place of its folder /{name}, where the kernel's own files are mounted: it can't be run");
            }
        }
    }
}
