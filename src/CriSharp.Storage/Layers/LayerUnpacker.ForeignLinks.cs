using CriSharp.Linux.Files;

namespace CriSharp.Storage.Layers;

/// <summary>Hard links whose target the layer has not, or not yet. They wait for the end.</summary>
internal sealed partial class LayerUnpacker
{
    private readonly Dictionary<string, ForeignLink> _foreignLinks = [];

    /// <summary>Links whose target is not of this layer: to be resolved with the layers under it.</summary>
    public IReadOnlyCollection<ForeignLink> ForeignLinks => _foreignLinks.Values;

    /// <summary>
    /// A hard link cannot cross layers, so the file is copied up: what overlayfs does when somebody links to a lower file.
    /// The layer then holds bytes that its own tar doesn't, so it is right only over these lowers (<see cref="LayerRecord.LinkedOver"/>); images that share a layer
    /// share what is under it in practice. What the lowers don't have may have come later in the layer itself.
    /// </summary>
    /// <param name="lowers">Null: nothing lies under the layer.</param>
    /// <exception cref="InvalidDataException">A target isn't there, or is neither a file nor a symbolic link.</exception>
    public void CopyForeignLinks(DirectoryTree? lowers, CancellationToken cancellationToken)
    {
        var copies = new Dictionary<string, byte[]>();
        var ofThisLayer = new List<ForeignLink>();
        foreach (var link in _foreignLinks.Values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (lowers is null || !TryLinkToLower(lowers, link, copies, cancellationToken))
                {
                    ofThisLayer.Add(link);
                }
            }
            catch (Exception failure) when (AsMalformed(failure, link.Path.Text) is { } malformed)
            {
                throw malformed;
            }
        }

        // A link to one that waits is a link to its target already, so those that are left point at later ones.
        foreach (var link in Enumerable.Reverse(ofThisLayer))
        {
            try
            {
                LinkToLater(link);
            }
            catch (Exception failure) when (AsMalformed(failure, link.Path.Text) is { } malformed)
            {
                throw malformed;
            }
        }

        CloseCurrentFolder();
    }

    private void WaitForTarget(EntryPath path, EntryPath target)
    {
        var end = _foreignLinks.TryGetValue(EntryPath.Key(target.Text), out var waiting) ? waiting.Target : target;
        if (!end.Text.AsSpan().SequenceEqual(path.Text))
        {
            _foreignLinks[EntryPath.Key(path.Text)] = _foreignLinks.Count < _limits.ForeignLinks
                ? new ForeignLink(path, end)
                : throw new InvalidDataException($"it is one of more than {_limits.ForeignLinks} hard links to other layers");
        }
    }

    private bool TryLinkToLower(DirectoryTree lowers, ForeignLink link, Dictionary<string, byte[]> copies, CancellationToken cancellationToken)
    {
        var key = EntryPath.Key(link.Target.Text);
        if (copies.TryGetValue(key, out var copied))
        {
            OpenFolder(link.Path.Parent);
            _tree.HardLink(copied, link.Path.Text);
            return true;
        }

        if (!TryCopyUp(lowers, link.Target, OpenFolder(link.Path.Parent), link.Path, cancellationToken))
        {
            return false;
        }

        copies[key] = link.Path.Text;
        Inodes++;
        return true;
    }

    private void LinkToLater(ForeignLink link)
    {
        using var source = _tree.TryOpenFile(link.Target.Parent.IsEmpty ? UnixPath.Here : new UnixPath(link.Target.Parent), OpenFlags.PathOnly | OpenFlags.Directory);
        var targetName = new UnixPath(link.Target.Name);
        if (source is null || FileAt.TryStat(source, targetName) is not { Kind: not FileKind.Directory, IsWhiteout: false })
        {
            throw new InvalidDataException($"it is a hard link to \"{Show(link.Target.Text)}\", which neither the layer nor those under it have as a file");
        }

        FileAt.HardLink(source, targetName, OpenFolder(link.Path.Parent), new UnixPath(link.Path.Name));
    }

    /// <summary>After a folder was removed: what should have lain in it goes with it.</summary>
    private void ForgetForeignLinks(EntryPath folder)
    {
        var prefix = EntryPath.Key(folder.Text) + "/";
        foreach (var key in _foreignLinks.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            _foreignLinks.Remove(key);
        }
    }
}

/// <summary>A hard link to a file that is not of this layer, or comes later in it.</summary>
internal sealed record ForeignLink(EntryPath Path, EntryPath Target);
