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

        var places = stack.Select(layer => new LayerView(layers.TreePath(layer.DiffId), layer.ImpliedFolders.ToHashSet())).ToList();
        try
        {
            // Looks come when all are made, from below: what is made in a folder changes its times.
            foreach (var path in Enumerable.Reverse(MakeFolders(upper, places)))
            {
                using var source = (Described(path, places) ?? places.First(place => place.Find(path).IsFolder)).Tree.OpenDirectory(path);
                using var folder = upper.OpenDirectory(path);
                CopyLooks(source, folder, ids);
            }

            if (places.FirstOrDefault(place => !place.Implied.Contains("")) is { } root)
            {
                CopyLooks(root.Tree.Root, upper.Root, ids);
            }
        }
        finally
        {
            places.ForEach(place => place.Dispose());
        }
    }

    /// <summary>Makes the folders that need other looks, and those on the way to them: they hide their lower ones too.</summary>
    private static List<string> MakeFolders(DirectoryTree upper, List<LayerView> places)
    {
        var made = new List<string>();
        foreach (var path in places.SelectMany(place => place.Implied).Where(path => path.Length > 0).Distinct().Order(StringComparer.Ordinal))
        {
            if (Described(path, places) is not { } source || !places.TakeWhile(above => above != source).Any(above => above.Implied.Contains(path)))
            {
                continue;
            }

            foreach (var prefix in LayerView.Prefixes(path).Where(prefix => upper.TryStat(prefix) is null))
            {
                upper.MakeDirectory(prefix, Permissions.PublicFolder);
                made.Add(prefix);
            }
        }

        return made;
    }

    /// <returns>The topmost layer that describes the folder, as far down as it can be seen; null where none does.</returns>
    private static LayerView? Described(string path, List<LayerView> places)
    {
        foreach (var place in places)
        {
            var found = place.Find(path);
            if (found.IsFolder && !place.Implied.Contains(path))
            {
                return place;
            }

            if (found.HidesLowers)
            {
                return null;
            }
        }

        return null;
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
}
