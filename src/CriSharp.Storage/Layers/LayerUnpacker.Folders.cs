using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

internal sealed partial class LayerUnpacker
{
    private const int ImpliedFoldersKept = 10_000;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, Folder> _folders = [];

    private static ReadOnlySpan<byte> OpaqueAttribute => "trusted.overlay.opaque"u8;

    /// <summary>Gives all folders their owner, mode, attributes and times.</summary>
    /// <returns>The folders that the archive did not describe, in the form of <see cref="LayerRecord.ImpliedFolders"/>.</returns>
    public IReadOnlyList<string> FinishFolders(CancellationToken cancellationToken)
    {
        var implied = new List<string>();
        foreach (var (key, folder) in _folders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Encoding.Latin1.GetBytes(key);
            // Not there any more: removed by another name that leads to it through a link.
            using var handle = TryOpenKnownFolder(path);
            if (handle is null)
            {
                continue;
            }

            FinishFolder(handle, folder);
            if (folder.Entry is null && implied.Count < ImpliedFoldersKept && TryText(path) is { } text)
            {
                implied.Add(text);
            }
        }

        return implied;
    }

    private static void FinishFolder(SafeFileHandle handle, Folder folder)
    {
        var entry = folder.Entry;
        FileDescriptor.Chown(handle, entry?.UserId ?? 0, entry?.GroupId ?? 0);
        FileDescriptor.Chmod(handle, entry?.Mode ?? Permissions.PublicFolder);
        foreach (var (attribute, value) in entry?.Attributes ?? [])
        {
            if (AttributeRules.IsKept(attribute))
            {
                SetAttribute(attribute, handle, UnixPath.Here, value);
            }
        }

        if (folder.IsOpaque)
        {
            ExtendedAttributes.Set(handle, new UnixPath(OpaqueAttribute), "y"u8);
        }

        FileDescriptor.SetTimes(handle, entry?.ModifiedAt ?? default);
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

        _folders[""] = new Folder(entry, IsOpaque: false);
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

        _folders[key] = new Folder(entry, isOpaque);
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
        _folders.TryAdd(EntryPath.Key(EntryPath.ParseInRoot(path).Text), Folder.Implied);
    }

    private void CloseCurrentFolder()
    {
        _currentFolder?.Dispose();
        (_currentFolder, _currentFolderPath) = (null, null);
    }

    /// <summary>After something was removed: neither it nor what lay in it waits for facts any more.</summary>
    private void ForgetFolders(EntryPath path)
    {
        if (!_folders.Remove(EntryPath.Key(path.Text)))
        {
            return;
        }

        var prefix = EntryPath.Key(path.Text) + "/";
        foreach (var key in _folders.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            _folders.Remove(key);
        }
    }

    /// <param name="Entry">null for a folder that the archive did not describe.</param>
    private sealed record Folder(TarEntry? Entry, bool IsOpaque)
    {
        public static Folder Implied { get; } = new(null, IsOpaque: false);
    }
}
