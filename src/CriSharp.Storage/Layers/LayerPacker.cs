using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Writes a layer's tree as the tar of a layer: the way back of <see cref="LayerUnpacker"/>. Folder by folder, the names in order, so the same tree gives the same bytes.
/// </summary>
internal sealed partial class LayerPacker(LayerRecord record, DirectoryTree tree, TarWriter tar, CancellationToken cancellationToken)
{
    private readonly HashSet<string> _implied = [.. record.ImpliedFolders.Select(path => EntryPath.Key(Encoding.UTF8.GetBytes(path)))];
    private readonly LinkedFiles _linked = new();
    private readonly List<string> _skipped = [];

    /// <summary>What no tar can hold, in words.</summary>
    public IReadOnlyList<string> Skipped => _skipped;

    /// <exception cref="InvalidDataException">The tree is none that an unpacker made.</exception>
    public void Run()
    {
        var folders = new Stack<byte[]>([[]]);
        while (folders.TryPop(out var path))
        {
            // No descriptor is held on the way down: a layer may be as deep as a path is long.
            using var folder = path.Length == 0 ? tree.OpenDirectory(UnixPath.Here) : tree.OpenFile(path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
            foreach (var below in Enumerable.Reverse(PackFolder(folder, path)))
            {
                folders.Push(below);
            }
        }

        tar.WriteEnd();
    }

    /// <returns>The folders in it, in order.</returns>
    private List<byte[]> PackFolder(SafeFileHandle folder, byte[] path)
    {
        var isOpaque = path.Length == 0 ? record.HidesLowers : ExtendedAttributes.TryGet(folder, UnixPath.Here, new UnixPath(LayerUnpacker.OpaqueAttribute)) is not null;
        if (!_implied.Contains(EntryPath.Key(path)) || (!isOpaque && !SortedListing.Read(folder).Any()))
        {
            var status = FileDescriptor.Stat(folder);
            tar.WriteEntry(EntryOf(TarEntryKind.Directory, path.Length == 0 ? "./"u8.ToArray() : [.. path, (byte)'/'], status, AttributesOf(folder, UnixPath.Here)));
        }

        if (isOpaque)
        {
            tar.WriteEntry(Whiteout(Join(path, LayerUnpacker.OpaqueName)));
        }

        var folders = new List<byte[]>();
        foreach (var entry in SortedListing.Read(folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var below = Join(path, entry.Name);
            var status = FileAt.TryStat(folder, entry.Name) ?? throw new InvalidDataException($"\"{LayerUnpacker.Show(below)}\" has gone");
            if (status.Kind == FileKind.Directory)
            {
                folders.Add(below);
                continue;
            }

            Pack(folder, entry.Name, path, status);
        }

        return folders;
    }

    private void Pack(SafeFileHandle folder, byte[] name, byte[] parent, in FileStatus status)
    {
        var path = Join(parent, name);
        if (status.IsWhiteout)
        {
            tar.WriteEntry(Whiteout(Join(parent, [.. LayerUnpacker.WhiteoutPrefix, .. name])));
            return;
        }

        if (name.AsSpan().StartsWith(LayerUnpacker.WhiteoutPrefix))
        {
            throw new InvalidDataException($"\"{LayerUnpacker.Show(path)}\" would be taken for a whiteout");
        }

        if (status.Kind == FileKind.Socket)
        {
            _skipped.Add($"\"{LayerUnpacker.Show(path)}\" is a socket");
            return;
        }

        if (_linked.FirstNameOf(status, path) is { } first)
        {
            tar.WriteEntry(EntryOf(TarEntryKind.HardLink, path, status, [], first));
            return;
        }

        var attributes = AttributesOf(folder, name);
        if (status.Kind == FileKind.Regular)
        {
            PackFile(folder, name, path, status, attributes);
            return;
        }

        tar.WriteEntry(EntryOf(KindOf(status.Kind, path), path, status, attributes, status.Kind == FileKind.SymbolicLink ? FileAt.ReadLink(folder, name) : null));
    }

    private static TarEntryKind KindOf(FileKind kind, byte[] path) => kind switch
    {
        FileKind.SymbolicLink => TarEntryKind.SymbolicLink,
        FileKind.CharacterDevice => TarEntryKind.CharacterDevice,
        FileKind.BlockDevice => TarEntryKind.BlockDevice,
        FileKind.Fifo => TarEntryKind.Fifo,
        _ => throw new InvalidDataException($"\"{LayerUnpacker.Show(path)}\" is nothing that a layer can have ({kind})"),
    };

    /// <summary>Those that an unpacker keeps: not overlayfs' own, nor the labels of this machine.</summary>
    private static List<(byte[] Name, byte[] Value)> AttributesOf(SafeFileHandle folder, UnixPath name)
    {
        var attributes = new List<(byte[] Name, byte[] Value)>();
        foreach (var attribute in ExtendedAttributes.List(folder, name))
        {
            if (AttributeRules.IsKept(attribute) && ExtendedAttributes.TryGet(folder, name, attribute) is { } value)
            {
                attributes.Add((attribute, value));
            }
        }

        attributes.Sort((left, right) => left.Name.AsSpan().SequenceCompareTo(right.Name));
        return attributes;
    }

    private static TarEntry EntryOf(
        TarEntryKind kind, byte[] path, in FileStatus status, IReadOnlyList<(byte[] Name, byte[] Value)> attributes, byte[]? link = null, SparseMap? sparse = null) => new()
        {
            Kind = kind,
            Path = path,
            LinkTarget = link ?? [],
            Mode = status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            ModifiedAt = status.ModifiedAt,
            NodeMajor = status.Node.Major,
            NodeMinor = status.Node.Minor,
            SizeBytes = kind == TarEntryKind.Regular ? status.SizeBytes : 0,
            Sparse = sparse,
            Attributes = attributes,
        };

    /// <summary>When it was made here and by whom says nothing.</summary>
    private static TarEntry Whiteout(byte[] path) => TarEntry.PlainFile(path, mode: 0, sizeBytes: 0);

    private static byte[] Join(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name) => parent.IsEmpty ? name.ToArray() : [.. parent, (byte)'/', .. name];
}
