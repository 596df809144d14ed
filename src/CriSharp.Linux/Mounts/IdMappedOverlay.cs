using System.Globalization;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Mounts;

/// <summary>
/// An overlay whose lower folders are seen through a user namespace, since Linux 5.19. The upper folder is not: overlayfs takes no mapped one,
/// so what a container writes lies there under the ids that its own have on the host, and its folder has to belong to them from the start.
/// https://docs.kernel.org/filesystems/overlayfs.html#permission-model
/// </summary>
public static class IdMappedOverlay
{
    private const long PlacesBytes = 1 << 20;
    private const string Merged = "merged";

    /// <summary>A mount that is nowhere in the tree; it goes with the descriptor unless it is moved to a place.</summary>
    /// <param name="lowers">As for <see cref="OverlayMount.Mount"/>.</param>
    /// <param name="userNamespace">Its file.</param>
    /// <param name="place">A folder that is there: covered with scratch places, where nobody sees it.</param>
    /// <exception cref="LinuxException">The kernel or a file system can't: the call is named.</exception>
    public static SafeFileHandle Open(
        IReadOnlyList<string> lowers, string upper, string work, SafeFileHandle userNamespace, string place, MountFlags flags, params IReadOnlyList<string> options) =>
        MountNamespaceThread.Run(() =>
        {
            var mapped = new List<SafeFileHandle>();
            try
            {
                // Before anything covers them.
                mapped.AddRange(lowers.Select(lower => IdMappedTree.Open(lower, userNamespace)));
                Mounting.Tmpfs(place, PlacesBytes, Permissions.PrivateFolder);
                var places = mapped.Select((tree, number) => Show(tree, Path.Combine(place, number.ToString(CultureInfo.InvariantCulture)))).ToList();
                var merged = Path.Combine(place, Merged);
                Directory.CreateDirectory(merged);
                OverlayMount.Mount(places, upper, work, merged, flags, options);
                return IdMappedTree.Clone(merged);
            }
            finally
            {
                mapped.ForEach(tree => tree.Dispose());
            }
        });

    /// <summary>As <see cref="Open"/>, at a folder that is there.</summary>
    public static void Mount(
        IReadOnlyList<string> lowers, string upper, string work, SafeFileHandle userNamespace, string target, MountFlags flags, params IReadOnlyList<string> options)
    {
        using var mount = Open(lowers, upper, work, userNamespace, target, flags, options);
        NewMount.MoveTo(mount, target);
    }

    private static string Show(SafeFileHandle tree, string place)
    {
        Directory.CreateDirectory(place);
        NewMount.MoveTo(tree, place);
        return place;
    }
}
