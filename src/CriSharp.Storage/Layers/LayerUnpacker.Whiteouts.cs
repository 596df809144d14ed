using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Whiteouts hide what lower layers have, never what the same layer has, wherever they stand in the archive.
/// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
/// </summary>
internal sealed partial class LayerUnpacker
{
    private bool _hasWhiteouts;

    internal static ReadOnlySpan<byte> WhiteoutPrefix => ".wh."u8;

    private static ReadOnlySpan<byte> MetaPrefix => ".wh..wh."u8;

    internal static ReadOnlySpan<byte> OpaqueName => ".wh..wh..opq"u8;

    /// <summary>
    /// A folder that no other layer has is merged with nothing, and overlayfs would list the whiteouts in it as files that aren't there, but for this attribute,
    /// which says that there may be some; empty, it says no more.
    /// https://docs.kernel.org/filesystems/overlayfs.html
    /// </summary>
    private static ReadOnlySpan<byte> OriginAttribute => "trusted.overlay.origin"u8;

    /// <returns>false when the entry is an ordinary one.</returns>
    private bool TryTakeWhiteout(EntryPath path)
    {
        if (IsInMetaFolder(path.Parent))
        {
            return true;
        }

        var name = path.Name;
        if (!name.StartsWith(WhiteoutPrefix))
        {
            return false;
        }

        if (name.SequenceEqual(OpaqueName))
        {
            MakeOpaque(path.Parent);
            return true;
        }

        if (name.StartsWith(MetaPrefix))
        {
            // AUFS' own bookkeeping (.wh..wh.plnk, .wh..wh.aufs).
            return true;
        }

        var hidden = name[WhiteoutPrefix.Length..];
        if (hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8))
        {
            throw new InvalidDataException("a whiteout names nothing that can be removed");
        }

        Hide(path.Parent, new UnixPath(hidden));
        return true;
    }

    /// <exception cref="InvalidDataException">A folder on the way is named like a whiteout.</exception>
    private static bool IsInMetaFolder(ReadOnlySpan<byte> parent)
    {
        foreach (var part in parent.Split((byte)'/'))
        {
            var name = parent[part];
            if (name.StartsWith(MetaPrefix))
            {
                return true;
            }

            if (name.StartsWith(WhiteoutPrefix))
            {
                throw new InvalidDataException("it lies in a folder that is named like a whiteout");
            }
        }

        return false;
    }

    private void MakeOpaque(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            // overlayfs doesn't look for the attribute on a layer's root: the snapshot leaves out what lies under it.
            HidesLowers = true;
            return;
        }

        // What is opaque is the folder that the path leads to; a link on the way leads elsewhere inside the tree.
        var folder = OpenFolder(path);
        ExtendedAttributes.Set(folder, new UnixPath(OpaqueAttribute), "y"u8);
        var key = EntryPath.Key(path);
        Remember(key, _folders.GetValueOrDefault(key, Folder.Implied) with { IsOpaque = true });
    }

    private void Hide(ReadOnlySpan<byte> parent, UnixPath name)
    {
        if (_foreignLinks.Count > 0 && _foreignLinks.ContainsKey(EntryPath.Key(parent.IsEmpty ? name.Text : [.. parent, (byte)'/', .. name.Text])))
        {
            // The layer will have a file of that name, which hides the old by itself.
            return;
        }

        var folder = OpenFolder(parent);
        try
        {
            MakeWhiteout(folder, name);
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EEXIST)
        {
            if (FileAt.TryStat(folder, name) is not { Kind: FileKind.Directory })
            {
                // The layer has a new file of that name, which hides the old by itself.
                return;
            }

            byte[] path = parent.IsEmpty ? name.Text.ToArray() : [.. parent, (byte)'/', .. name.Text];
            if (HasOnlyWhiteouts(folder, name, path))
            {
                RemoveEarlier(folder, name, new EntryPath(path));
                MakeWhiteout(folder, name);
                return;
            }

            // A new folder would be merged with the old.
            MakeOpaque(path);
        }
    }

    private void MakeWhiteout(SafeFileHandle folder, UnixPath name)
    {
        FileAt.MakeNode(folder, name, FileKind.CharacterDevice, mode: 0);
        ExtendedAttributes.Set(folder, new UnixPath(OriginAttribute), []);
        Inodes++;
        _hasWhiteouts = true;
    }

    /// <summary>The layer has the folder for nothing but to say what is removed of it, and now all of it is. Looked at once: it is removed then, or opaque.</summary>
    private bool HasOnlyWhiteouts(SafeFileHandle parent, UnixPath name, byte[] path)
    {
        if (_foreignLinks.Count > 0 || !_folders.TryGetValue(EntryPath.Key(path), out var known) || known.IsDescribed || known.IsOpaque)
        {
            return false;
        }

        using var folder = FileAt.Open(parent, name, OpenFlags.ReadOnly | OpenFlags.Directory);
        return SortedListing.Read(folder).All(entry => FileAt.TryStat(folder, entry.Name) is { IsWhiteout: true });
    }

    /// <summary>
    /// In and below an opaque folder all that is of lower layers is hidden already. overlayfs merges such folders with nothing, and doesn't look for whiteouts in them:
    /// they would be listed as files that aren't there.
    /// </summary>
    private HashSet<string> FoldersThatHideAll()
    {
        var hiding = new HashSet<string>();
        if (!_hasWhiteouts)
        {
            return hiding;
        }

        foreach (var (key, folder) in _folders.OrderBy(folder => folder.Key.Length))
        {
            var hidesLowers = key.Length == 0 ? HidesLowers : folder.IsOpaque || hiding.Contains(key[..Math.Max(key.LastIndexOf('/'), 0)]);
            if (hidesLowers)
            {
                hiding.Add(key);
            }
        }

        return hiding;
    }

    private void RemoveWhiteouts(SafeFileHandle folder)
    {
        foreach (var entry in SortedListing.Read(folder).Where(entry => entry.Kind is FileKind.CharacterDevice or FileKind.Unknown))
        {
            if (FileAt.TryStat(folder, entry.Name) is { IsWhiteout: true })
            {
                FileAt.Unlink(folder, entry.Name);
                Inodes--;
            }
        }
    }

    /// <summary>"x" was hidden, and now "x/y" comes without "x" itself having been described: x becomes a folder of this layer that hides the old.</summary>
    private bool ReplaceWhiteoutsOn(ReadOnlySpan<byte> path)
    {
        for (var end = 0; end < path.Length;)
        {
            var slash = path[(end + 1)..].IndexOf((byte)'/');
            end = slash < 0 ? path.Length : end + 1 + slash;
            var prefix = new UnixPath(path[..end]);
            switch (_tree.TryStat(prefix))
            {
                case null:
                    return false;
                case { IsWhiteout: true }:
                    CloseCurrentFolder();
                    _tree.Unlink(prefix);
                    _tree.MakeDirectory(prefix, WorkingMode);
                    // Its looks are nobody's but its own: what lies below was removed.
                    Remember(EntryPath.Key(prefix.Text), Folder.Implied with { IsDescribed = true, IsOpaque = true });
                    return true;
                default:
                    continue;
            }
        }

        return false;
    }
}
