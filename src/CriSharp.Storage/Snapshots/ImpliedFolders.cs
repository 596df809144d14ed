using CriSharp.Linux;
using CriSharp.Linux.Files;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Snapshots;

/// <summary>
/// A layer may hold "tmp/x" without describing "tmp": its tree then has a plain 0755 "tmp", which in an overlay would hide the 1777 of the layer below.
/// The snapshot's upper gets such folders with the looks of the topmost layer that describes them. The root is always one of them:
/// in an overlay the upper's root is what counts.
/// </summary>
internal static class ImpliedFolders
{
    /// <param name="upper">The empty upper folder.</param>
    /// <param name="stack">Topmost first.</param>
    /// <param name="ids">The upper is not mapped as the layers are: its folders get the ids on the host.</param>
    public static void Dress(DirectoryTree upper, IReadOnlyList<LayerRecord> stack, LayerStore layers, SnapshotIds? ids)
    {
        if (ids?.OnHost(0, 0) is { } owner)
        {
            FileDescriptor.Chown(upper.Root, owner.UserId, owner.GroupId);
        }

        var places = stack.Select(layer => new Place(layers.TreePath(layer.DiffId), layer.ImpliedFolders.ToHashSet())).ToList();
        try
        {
            if (places.FirstOrDefault(place => !place.Implied.Contains("")) is { } root)
            {
                CopyLooks(root.Tree.Root, upper.Root, ids);
            }

            foreach (var path in places.SelectMany(place => place.Implied).Where(path => path.Length > 0).Distinct().Order(StringComparer.Ordinal))
            {
                if (NeedsDress(path, places))
                {
                    MakeFolders(upper, path, places, ids);
                }
            }
        }
        finally
        {
            places.ForEach(place => place.Dispose());
        }
    }

    /// <summary>The topmost layer that has the path only implies it, and the one that describes it says more than plain 0755 root:root.</summary>
    private static bool NeedsDress(string path, List<Place> places)
    {
        foreach (var place in places)
        {
            var status = place.TryStat(path);
            if (status is null || place.Implied.Contains(path))
            {
                continue;
            }

            var isTopmost = places.TakeWhile(above => above != place).All(above => !above.Implied.Contains(path));
            return !isTopmost && status is { Kind: FileKind.Directory } and not { Mode: Permissions.PublicFolder, UserId: 0, GroupId: 0 };
        }

        return false;
    }

    /// <summary>The folders on the way hide their lower ones too, so each gets the looks of its own describing layer.</summary>
    private static void MakeFolders(DirectoryTree upper, string path, List<Place> places, SnapshotIds? ids)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
        {
            MakeFolder(upper, path[..slash], places, ids);
        }

        MakeFolder(upper, path, places, ids);
    }

    private static void MakeFolder(DirectoryTree upper, string path, List<Place> places, SnapshotIds? ids)
    {
        if (upper.TryStat(path) is not null)
        {
            return;
        }

        upper.MakeDirectory(path, Permissions.PrivateFolder);
        using var folder = upper.OpenDirectory(path);
        FileDescriptor.Chmod(folder, Permissions.PublicFolder);
        using var source = places.Where(place => !place.Implied.Contains(path)).Select(place => place.TryOpen(path)).FirstOrDefault(found => found is not null);
        if (source is not null)
        {
            CopyLooks(source, folder, ids);
        }
    }

    private static void CopyLooks(SafeFileHandle source, SafeFileHandle folder, SnapshotIds? ids)
    {
        var status = FileDescriptor.Stat(source);
        // Who is nobody in the container stays the host's root, which is nobody there as well.
        var (userId, groupId) = ids is null ? (status.UserId, status.GroupId) : ids.OnHost(status.UserId, status.GroupId) ?? (0, 0);
        FileDescriptor.Chown(folder, userId, groupId);
        FileDescriptor.Chmod(folder, status.Mode);
        foreach (var attribute in ExtendedAttributes.List(source, UnixPath.Here).Where(name => AttributeRules.IsKept(name)))
        {
            ExtendedAttributes.Set(folder, attribute, ExtendedAttributes.TryGet(source, UnixPath.Here, attribute) ?? []);
        }

        FileDescriptor.SetTimes(folder, status.ModifiedAt);
    }

    private sealed class Place(string path, HashSet<string> implied) : IDisposable
    {
        private DirectoryTree? _tree;

        public HashSet<string> Implied { get; } = implied;

        public DirectoryTree Tree => _tree ??= DirectoryTree.Open(path, PathResolution.Strict);

        public FileStatus? TryStat(string path) => OrNull(() => Tree.TryStat(path));

        public SafeFileHandle? TryOpen(string path) => OrNull(() => Tree.TryOpenFile(path, OpenFlags.Directory));

        public void Dispose() => _tree?.Dispose();

        /// <summary>Behind a link of this layer (ELOOP) lies another path, not this one.</summary>
        private static T? OrNull<T>(Func<T?> look)
        {
            try
            {
                return look();
            }
            catch (LinuxException failure) when (failure.ErrorNumber == Errno.ELOOP)
            {
                return default;
            }
        }
    }
}
