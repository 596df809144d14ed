using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Linux.Namespaces;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Snapshots;

/// <summary>Does once what a container in a user namespace needs of kernel and disk: an overlay over a folder whose ids are mapped.</summary>
internal static class IdMappedProbe
{
    private const string Name = "file";

    /// <param name="folder">Empty, on the disk of snapshots.</param>
    /// <param name="lower">Empty, on the disk of layers.</param>
    /// <param name="userNamespace">Its file; it maps user 0 to the one that is expected.</param>
    /// <returns>Null, or why not.</returns>
    public static string? Run(string folder, string lower, SafeFileHandle userNamespace, IdMapping users)
    {
        string Folder(string name)
        {
            var path = Path.Combine(folder, name);
            HostPath.MakeDirectories(path, Permissions.PrivateFolder);
            return path;
        }

        File.WriteAllBytes(Path.Combine(lower, Name), []);
        try
        {
            using var tree = new DirectoryTree(IdMappedOverlay.Open(
                [lower], Folder("upper"), Folder("work"), userNamespace, Folder("place"), MountFlags.NoDevices, SnapshotStore.OverlayOptions));
            var owner = tree.TryStat(Name)?.UserId;
            return owner == users.HostId ? null : $"overlayfs shows a file of user 0 as one of {owner}, not of {users.HostId}, to which 0 is mapped";
        }
        catch (LinuxException failure)
        {
            return $"this kernel can't mount an overlay over layers whose ids are mapped, on the disk of {lower} ({failure.Message})";
        }
    }
}
