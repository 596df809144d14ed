using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

/// <summary>
/// Turns the entries of one layer's tar into a tree that overlayfs can take as a lower. Every path is resolved inside the tree, as after a chroot.
/// <para>Order for each entry: content, owner, mode (chown clears setuid), extended attributes, times. Folders get theirs at the end:
/// until then they are plain 0700, so neither setgid nor default ACLs nor times are disturbed by what is put into them.</para>
/// </summary>
internal sealed partial class LayerUnpacker : IDisposable
{
    private const int WorkingMode = Permissions.PrivateFolder;
    private readonly DirectoryTree _tree;
    private readonly TarReader _reader;
    private readonly LayerLimits _limits;
    private readonly bool _makesRootFiles;
    private readonly FreeSpaceGuard _guard;
    private byte[]? _currentFolderPath;
    private SafeFileHandle? _currentFolder;

    /// <param name="tree">An empty folder, owned from here on.</param>
    public LayerUnpacker(DirectoryTree tree, TarReader reader, LayerLimits limits)
    {
        (_tree, _reader, _limits) = (tree, reader, limits);
        _guard = new FreeSpaceGuard(tree.Root, limits);
        _makesRootFiles = FileDescriptor.Stat(tree.Root) is { UserId: 0, GroupId: 0 };
        Remember("", Folder.Implied);
    }

    /// <summary>Bytes of the files and attributes written; of files with holes, what the blocks take that are none.</summary>
    public long SizeBytes { get; private set; }

    public long Inodes { get; private set; } = 1;

    public bool HidesLowers { get; private set; }

    public WrittenSums Sums { get; } = new();

    /// <summary>Unpacks all entries; folders still wait for <see cref="FinishFolders"/>.</summary>
    /// <exception cref="InvalidDataException">The archive, or what it asks for, is malformed.</exception>
    public void UnpackEntries(CancellationToken cancellationToken)
    {
        while (_reader.ReadEntry() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            KeepSpace(EntryCostBytes);
            try
            {
                Unpack(entry, cancellationToken);
            }
            catch (Exception failure) when (AsMalformed(failure, entry.Path) is { } malformed)
            {
                throw malformed;
            }
        }

        _reader.DrainTrailer();
    }

    public void Dispose()
    {
        _currentFolder?.Dispose();
        _tree.Dispose();
    }

    internal static string Show(ReadOnlySpan<byte> path) =>
        Encoding.UTF8.GetString(path.Length <= 300 ? path : path[..300]).Replace('\0', '?').ReplaceLineEndings("?");

    /// <returns>null: it is not the entry's fault.</returns>
    private static InvalidDataException? AsMalformed(Exception failure, ReadOnlySpan<byte> path) => failure switch
    {
        LinuxException { ErrorNumber: var errorNumber } when IsEntrysFault(errorNumber) => new($"entry \"{Show(path)}\" cannot be made: {failure.Message}", failure),
        InvalidDataException => new($"entry \"{Show(path)}\": {failure.Message}", failure),
        _ => null,
    };

    /// <summary>What a hostile or broken archive can cause, and a healthy machine cannot.</summary>
    private static bool IsEntrysFault(int errorNumber) => errorNumber
        is Errno.ENOTDIR or Errno.EEXIST or Errno.ELOOP or Errno.ENAMETOOLONG or Errno.EISDIR or Errno.ENOENT or Errno.EINVAL
        or Errno.EXDEV or Errno.ENOTEMPTY or Errno.EFBIG or Errno.EMLINK or Errno.ERANGE or Errno.E2BIG;

    private void Unpack(TarEntry entry, CancellationToken cancellationToken)
    {
        var path = EntryPath.Parse(entry.Path);
        if (path.IsRoot)
        {
            UnpackRoot(entry);
            return;
        }

        if (TryTakeWhiteout(path))
        {
            return;
        }

        if (_foreignLinks.Count > 0)
        {
            _foreignLinks.Remove(EntryPath.Key(path.Text));
        }

        var folder = OpenFolder(path.Parent);
        UnixPath name = new(path.Name);
        switch (entry.Kind)
        {
            case TarEntryKind.Directory:
                MakeFolder(folder, name, path, entry);
                return;
            case TarEntryKind.Regular:
                WriteFile(folder, name, path, entry, cancellationToken);
                break;
            case TarEntryKind.HardLink:
                LinkFile(folder, name, path, entry);
                return;
            case TarEntryKind.SymbolicLink:
                var target = LinkText(entry.LinkTarget);
                Make(folder, name, path, () => FileAt.Symlink(folder, new UnixPath(path.Name), target));
                SetFacts(folder, name, entry);
                break;
            default:
                Make(folder, name, path, () => FileAt.MakeNode(folder, new UnixPath(path.Name), KindOfNode(entry.Kind), Permissions.PrivateFile, entry.NodeMajor, entry.NodeMinor));
                SetFacts(folder, name, entry);
                break;
        }

        Inodes++;
    }

    private static byte[] LinkText(byte[] target) => target.Length is > 0 and <= 4095 && !target.AsSpan().Contains((byte)0)
        ? target
        : throw new InvalidDataException("a symbolic link points at nothing, at too long a path or holds a NUL byte");

    private static FileKind KindOfNode(TarEntryKind kind) => kind switch
    {
        TarEntryKind.CharacterDevice => FileKind.CharacterDevice,
        TarEntryKind.BlockDevice => FileKind.BlockDevice,
        _ => FileKind.Fifo,
    };

    /// <summary>Makes something that must be new; what an earlier entry put there goes first.</summary>
    private void Make(SafeFileHandle folder, UnixPath name, EntryPath path, Action make)
    {
        try
        {
            make();
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EEXIST)
        {
            RemoveEarlier(folder, name, path);
            make();
        }
    }

    private void RemoveEarlier(SafeFileHandle folder, UnixPath name, EntryPath path)
    {
        var losesLinks = _foreignLinks.Count > 0 && FileAt.TryStat(folder, name) is { Kind: FileKind.Directory };
        var removed = TreeRemoval.Remove(folder, name);
        Inodes -= removed;
        ForgetFolders(path, hadContent: removed > 1 || losesLinks);
        if (losesLinks)
        {
            ForgetForeignLinks(path);
        }
    }

    private void SetFacts(SafeFileHandle folder, UnixPath name, TarEntry entry)
    {
        if (!IsOwnerRight(entry.UserId, entry.GroupId))
        {
            FileAt.Chown(folder, name, entry.UserId, entry.GroupId);
        }

        if (entry.Kind != TarEntryKind.SymbolicLink)
        {
            FileAt.Chmod(folder, name, entry.Mode);
        }

        foreach (var (attribute, value) in entry.Attributes)
        {
            if (AttributeRules.IsKept(attribute))
            {
                SetAttribute(attribute, folder, name, value);
            }
        }

        FileAt.SetTimes(folder, name, entry.ModifiedAt);
    }

    /// <summary>EPERM: user attributes exist on files and folders only.</summary>
    private void SetAttribute(byte[] attribute, SafeFileHandle folder, UnixPath name, byte[] value)
    {
        try
        {
            ExtendedAttributes.Set(folder, name, attribute, value);
            Count(attribute.Length + value.Length);
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.EOPNOTSUPP or Errno.EPERM && !AttributeRules.IsRequired(attribute))
        {
            // The file system of the store has no such attributes: images run without them, as they do under other runtimes.
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EACCES && AttributeRules.IsOfFoldersOnly(attribute))
        {
            throw new InvalidDataException("it has a default ACL, and is no folder", failure);
        }
    }
}
