using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Pods.Persistence;

namespace CriSharp.Pods.Audit;

/// <summary>Mounts in this instance's folders, as the kernel names them.</summary>
internal static class InstanceMounts
{
    private const string Gone = "//deleted";

    /// <summary>Root, run root and image store without the administrator's links.</summary>
    public static IReadOnlyList<string> Roots(InstanceFolders folders) => [.. folders.All.Select(HostPath.Resolve)];

    /// <summary>Unmounts all that lies at a folder or below it, the topmost mount first.</summary>
    public static void UnmountBelow(string folder)
    {
        var resolved = HostPath.Resolve(folder);
        foreach (var mount in MountTable.Read().Where(mount => IsAtOrBelow(mount.Target, resolved)).Reverse())
        {
            Mounting.Unmount(mount.Target, lazy: true);
        }
    }

    public static bool IsAtOrBelow(string target, string folder) =>
        (target == folder || target.StartsWith(folder + '/', StringComparison.Ordinal)) && !target.EndsWith(Gone, StringComparison.Ordinal);
}
