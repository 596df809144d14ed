using CriSharp.Linux;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Whiteouts hide what lower layers have, never what the same layer has, wherever they stand in the archive.
/// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
/// </summary>
internal sealed partial class LayerUnpacker
{
    private static ReadOnlySpan<byte> WhiteoutPrefix => ".wh."u8;

    private static ReadOnlySpan<byte> MetaPrefix => ".wh..wh."u8;

    private static ReadOnlySpan<byte> OpaqueName => ".wh..wh..opq"u8;

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
        var folder = OpenFolder(parent);
        try
        {
            FileAt.MakeNode(folder, name, FileKind.CharacterDevice, mode: 0);
            Inodes++;
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EEXIST)
        {
            // The layer has a new one of that name. A file hides the old by itself; a folder would be merged with it.
            if (FileAt.TryStat(folder, name) is { Kind: FileKind.Directory })
            {
                MakeOpaque(parent.IsEmpty ? name.Text : [.. parent, (byte)'/', .. name.Text]);
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
                    Remember(EntryPath.Key(prefix.Text), Folder.Implied with { IsOpaque = true });
                    return true;
                default:
                    continue;
            }
        }

        return false;
    }
}
