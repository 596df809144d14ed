using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Pods.Sandboxes;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Folders that an image declares as volumes are there, empty, in each of its containers. Kubernetes has volumes of its own, so nothing is
/// mounted, and nothing copied: that copy once read the host's files (CVE-2022-23648).
/// </summary>
internal static class DeclaredVolumes
{
    private const int MostVolumes = 256;

    /// <param name="ids">Whose root gets them; null: the host's.</param>
    public static void Make(string rootFs, IReadOnlyList<string> volumes, PodUserNamespace? ids)
    {
        if (volumes.Count == 0)
        {
            return;
        }

        Action<byte[], SafeFileHandle>? give = ids is null ? null : (_, folder) => FileDescriptor.Chown(folder, ids.Users.HostId, ids.Groups.HostId);
        using var tree = DirectoryTree.Open(rootFs);
        foreach (var volume in volumes.Where(volume => volume.Length > 0 && !volume.Contains('\0')).Take(MostVolumes))
        {
            try
            {
                tree.MakeDirectories(volume, Permissions.PublicFolder, give).Dispose();
            }
            catch (LinuxException)
            {
                // The image has something else there; its own word against its own word.
            }
        }
    }
}
