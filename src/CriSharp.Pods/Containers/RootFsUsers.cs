using System.Text;
using CriSharp.Cri.V1;
using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Specs;

namespace CriSharp.Pods.Containers;

/// <summary>Who a container's process is, by the passwd and group of its own root file system: hostile files, read as such.</summary>
internal static class RootFsUsers
{
    private const string Passwd = "etc/passwd";
    private const string Group = "etc/group";

    /// <exception cref="RuntimeException">InvalidArgument: no such user, or a file that is none or too long (CVE-2025-4437, CVE-2026-47262).</exception>
    public static ResolvedUser Resolve(string rootFs, string imageUser, LinuxContainerSecurityContext? security)
    {
        using var tree = DirectoryTree.Open(rootFs);
        return UserResolution.Resolve(Read(tree, Passwd), Read(tree, Group), imageUser, security);
    }

    private static string Read(DirectoryTree tree, string path)
    {
        try
        {
            return tree.TryReadFile(path, UserResolution.FileLimitBytes) is { } content ? Encoding.UTF8.GetString(content) : "";
        }
        catch (IOException failure)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the image's /{path} can't be used to find the container's user: {failure.Message}", failure);
        }
    }
}
