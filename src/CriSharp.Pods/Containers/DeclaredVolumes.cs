using CriSharp.Linux;
using CriSharp.Linux.Files;

namespace CriSharp.Pods.Containers;

/// <summary>
/// Folders that an image declares as volumes are there, empty, in each of its containers. Kubernetes has volumes of its own, so nothing is
/// mounted, and nothing copied: that copy once read the host's files (CVE-2022-23648).
/// </summary>
internal static class DeclaredVolumes
{
    private const int MostVolumes = 256;

    public static void Make(string rootFs, IReadOnlyList<string> volumes)
    {
        if (volumes.Count == 0)
        {
            return;
        }

        using var tree = DirectoryTree.Open(rootFs);
        foreach (var volume in volumes.Where(volume => volume.Length > 0 && !volume.Contains('\0')).Take(MostVolumes))
        {
            try
            {
                tree.MakeDirectories(volume, Permissions.PublicFolder).Dispose();
            }
            catch (LinuxException)
            {
                // The image has something else there; its own word against its own word.
            }
        }
    }
}
