using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

internal sealed partial class LayerUnpacker
{
    private const int ImpliedFoldersKeptBytes = 1 << 20;
    private const int FolderCostBytes = 200;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, Folder> _folders = [];
    private long _folderFactsBytes;
    private int _replacedTrees;

    internal static ReadOnlySpan<byte> OpaqueAttribute => "trusted.overlay.opaque"u8;

    /// <summary>Gives all folders their owner, mode, attributes and times.</summary>
    /// <returns>The folders that the archive did not describe, in the form of <see cref="LayerRecord.ImpliedFolders"/>.</returns>
    public IReadOnlyList<string> FinishFolders(CancellationToken cancellationToken)
    {
        var implied = new List<string>();
        var impliedBytes = 0;
        var hiding = FoldersThatHideAll();
        foreach (var (key, folder) in _folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Encoding.Latin1.GetBytes(key);
            if (!TryFinishFolder(path, folder, hiding.Contains(key)))
            {
                continue;
            }

            impliedBytes += folder.IsDescribed ? 0 : path.Length;
            if (!folder.IsDescribed && impliedBytes < ImpliedFoldersKeptBytes && TryText(path) is { } text)
            {
                implied.Add(text);
            }
        }

        return implied;
    }

    /// <returns>false: it is not there any more, since it was removed by another name that leads to it through a link.</returns>
    private bool TryFinishFolder(byte[] path, Folder folder, bool hidesAll)
    {
        try
        {
            using var handle = TryOpenKnownFolder(path);
            if (handle is null)
            {
                return false;
            }

            if (hidesAll)
            {
                RemoveWhiteouts(handle);
            }

            FinishFolder(handle, folder);
            return true;
        }
        catch (Exception failure) when (AsMalformed(failure, path) is { } malformed)
        {
            throw malformed;
        }
    }

    private void FinishFolder(SafeFileHandle handle, Folder folder)
    {
        if (!IsOwnerRight(folder.UserId, folder.GroupId))
        {
            FileDescriptor.Chown(handle, folder.UserId, folder.GroupId);
        }

        FileDescriptor.Chmod(handle, folder.Mode);
        foreach (var (attribute, value) in folder.Attributes)
        {
            SetAttribute(attribute, handle, UnixPath.Here, value);
        }

        if (folder.IsOpaque)
        {
            ExtendedAttributes.Set(handle, new UnixPath(OpaqueAttribute), "y"u8);
        }

        FileDescriptor.SetTimes(handle, folder.ModifiedAt);
    }

    private SafeFileHandle? TryOpenKnownFolder(byte[] path)
    {
        try
        {
            return _tree.TryOpenFile(path.Length == 0 ? UnixPath.Here : path, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ELOOP)
        {
            return null;
        }
    }

    /// <summary>Records are text; a folder whose name isn't UTF-8 goes without the care that implied folders get.</summary>
    private static string? TryText(byte[] path)
    {
        try
        {
            return StrictUtf8.GetString(path);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private void UnpackRoot(TarEntry entry)
    {
        if (entry.Kind != TarEntryKind.Directory)
        {
            throw new InvalidDataException("the root is no folder");
        }

        Remember("", Folder.Described(entry, isOpaque: false));
    }

    private void MakeFolder(SafeFileHandle folder, UnixPath name, EntryPath path, TarEntry entry)
    {
        var key = EntryPath.Key(path.Text);
        var isOpaque = _folders.TryGetValue(key, out var earlier) && earlier.IsOpaque;
        try
        {
            FileAt.MakeDirectory(folder, name, WorkingMode);
            Inodes++;
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EEXIST)
        {
            if (FileAt.TryStat(folder, name) is not { Kind: FileKind.Directory })
            {
                // A file or a whiteout stood here, which hid what lower layers have: so must the folder.
                RemoveEarlier(folder, name, path);
                FileAt.MakeDirectory(folder, name, WorkingMode);
                Inodes++;
                isOpaque = true;
            }
        }

        Remember(key, Folder.Described(entry, isOpaque));
    }

    private void Remember(string key, Folder folder)
    {
        _folderFactsBytes += FolderCostBytes + (2 * key.Length) + folder.Attributes.Sum(attribute => attribute.Name.Length + attribute.Value.Length);
        if (_folderFactsBytes > _limits.FolderFactsBytes)
        {
            throw new InvalidDataException($"the layer's folders need more than the {_limits.FolderFactsBytes} bytes of memory allowed");
        }

        _folders[key] = folder;
    }

    /// <summary>Opens the folder of an entry, and makes it where the archive did not. Entries mostly come folder by folder: the last one stays open.</summary>
    private SafeFileHandle OpenFolder(ReadOnlySpan<byte> path)
    {
        if (_currentFolder is not null && path.SequenceEqual(_currentFolderPath))
        {
            return _currentFolder;
        }

        CloseCurrentFolder();
        _currentFolder = OpenOrMakeFolder(path.ToArray());
        _currentFolderPath = path.ToArray();
        return _currentFolder;
    }

    private SafeFileHandle OpenOrMakeFolder(byte[] path)
    {
        if (path.Length == 0)
        {
            return _tree.OpenDirectory(UnixPath.Here);
        }

        try
        {
            return _tree.MakeDirectories(path, WorkingMode, TakeImplied);
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.EEXIST or Errno.ENOTDIR)
        {
            if (!ReplaceWhiteoutsOn(path))
            {
                throw;
            }

            return _tree.MakeDirectories(path, WorkingMode, TakeImplied);
        }
    }

    private void TakeImplied(byte[] path, SafeFileHandle folder)
    {
        Inodes++;
        // The path may lead through links ("lib/x" where lib -> usr/lib was made), so it need not be the one that the folder is known by later.
        FileDescriptor.Chmod(folder, Permissions.PublicFolder);
        var key = EntryPath.Key(EntryPath.ParseInRoot(path).Text);
        if (!_folders.ContainsKey(key))
        {
            Remember(key, Folder.Implied);
        }
    }

    private void CloseCurrentFolder()
    {
        _currentFolder?.Dispose();
        (_currentFolder, _currentFolderPath) = (null, null);
    }

    /// <summary>After something was removed: neither it nor what lay in it waits for facts any more.</summary>
    private void ForgetFolders(EntryPath path, bool hadContent)
    {
        _folders.Remove(EntryPath.Key(path.Text));
        if (!hadContent)
        {
            return;
        }

        if (++_replacedTrees > _limits.ReplacedTrees)
        {
            throw new InvalidDataException($"it replaces folders more than {_limits.ReplacedTrees} times");
        }

        var prefix = EntryPath.Key(path.Text) + "/";
        foreach (var key in _folders.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            _folders.Remove(key);
        }
    }

    /// <summary>What a folder will look like in the end.</summary>
    private sealed record Folder(bool IsDescribed, bool IsOpaque, uint UserId, uint GroupId, int Mode, FileTime ModifiedAt, IReadOnlyList<(byte[] Name, byte[] Value)> Attributes)
    {
        /// <summary>Needed by an entry, not described by the archive.</summary>
        public static Folder Implied { get; } = new(IsDescribed: false, IsOpaque: false, 0, 0, Permissions.PublicFolder, default, []);

        public static Folder Described(TarEntry entry, bool isOpaque) =>
            new(IsDescribed: true, isOpaque, entry.UserId, entry.GroupId, entry.Mode, entry.ModifiedAt, [.. entry.Attributes.Where(attribute => AttributeRules.IsKept(attribute.Name))]);
    }
}
