using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Removes whole trees, however deep and whatever they hold, through descriptors only: no link is followed.</summary>
public static class TreeRemoval
{
    // Each level holds a descriptor. What lies deeper is renamed to the top of the tree first, so that any depth needs few of them.
    private const int DepthLimit = 64;

    /// <summary>Removes a path of ours on the host; nothing there is fine.</summary>
    public static void Remove(string hostPath)
    {
        UnixPath path = hostPath;
        var parent = path.Split(out var name);
        using var folder = HostPath.TryOpen(parent.ToString(), OpenFlags.PathOnly | OpenFlags.Directory);
        if (folder is not null)
        {
            Remove(folder, name);
        }
    }

    /// <summary>Removes an entry and all below it; nothing there is fine. A mount inside is not entered: EBUSY says so.</summary>
    /// <returns>How many entries were removed.</returns>
    public static long Remove(SafeFileHandle folder, UnixPath name)
    {
        if (TryUnlink(folder, name, out var removed))
        {
            return removed;
        }

        using (var top = FileAt.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory))
        {
            removed = Empty(top);
        }

        FileAt.RemoveDirectory(folder, name);
        return removed + 1;
    }

    /// <summary>Removes all that is in a folder.</summary>
    /// <returns>How many entries were removed.</returns>
    internal static long Empty(SafeFileHandle top)
    {
        var removal = new Removal(top, FileDescriptor.Stat(top).Device);
        removal.Empty(top, depth: 0);
        return removal.Removed;
    }

    /// <returns>false when it is a folder.</returns>
    private static bool TryUnlink(SafeFileHandle folder, UnixPath name, out long removed)
    {
        removed = 0;
        try
        {
            FileAt.Unlink(folder, name);
            removed = 1;
            return true;
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.ENOENT)
        {
            return true;
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.EISDIR or Errno.EPERM && IsDirectory(folder, name))
        {
            return false;
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EPERM && TryUnlock(folder, name))
        {
            FileAt.Unlink(folder, name);
            removed = 1;
            return true;
        }
    }

    /// <summary>A privileged container may have made the file immutable, or the folder that holds it. Only files and folders can be.</summary>
    private static bool TryUnlock(SafeFileHandle folder, UnixPath name)
    {
        var isFile = FileAt.TryStat(folder, name) is { Kind: FileKind.Regular };
        using var file = isFile ? FileAt.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.NonBlocking) : null;
        using var holder = OpenAt2.Open(folder, UnixPath.Here, OpenFlags.ReadOnly | OpenFlags.Directory, mode: 0, Libc.RESOLVE_BENEATH);
        return (file is not null && InodeFlags.TryUnlock(file)) | InodeFlags.TryUnlock(holder);
    }

    private static bool IsDirectory(SafeFileHandle folder, UnixPath name) => FileAt.TryStat(folder, name) is { Kind: FileKind.Directory };

    private sealed class Removal(SafeFileHandle top, (uint, uint) device)
    {
        private int _lifted;

        public long Removed { get; private set; }

        public void Empty(SafeFileHandle folder, int depth)
        {
            InodeFlags.TryUnlock(folder);
            if (FileDescriptor.Stat(folder).Device != device)
            {
                throw new LinuxException("unlinkat", "a mount inside the tree", Errno.EBUSY);
            }

            // Removing while reading may skip entries on some file systems: list again until nothing is left.
            var entries = new List<DirectoryEntry>();
            while (ListSome(folder, entries))
            {
                foreach (var entry in entries)
                {
                    RemoveEntry(folder, entry, depth);
                }

                entries.Clear();
            }
        }

        private static bool ListSome(SafeFileHandle folder, List<DirectoryEntry> entries)
        {
            using var listing = OpenAt2.Open(folder, UnixPath.Here, OpenFlags.ReadOnly | OpenFlags.Directory, mode: 0, Libc.RESOLVE_BENEATH);
            while (entries.Count == 0 && DirectoryListing.ReadSome(listing, entries))
            {
            }

            return entries.Count > 0;
        }

        private void RemoveEntry(SafeFileHandle folder, DirectoryEntry entry, int depth)
        {
            if (entry.Kind != FileKind.Directory && TryUnlink(folder, entry.Name, out var removed))
            {
                Removed += removed;
                return;
            }

            if (depth >= DepthLimit)
            {
                FileAt.Rename(folder, entry.Name, top, Encoding.ASCII.GetBytes($".removing-{Environment.ProcessId}-{_lifted++}"));
                return;
            }

            using (var child = FileAt.Open(folder, entry.Name, OpenFlags.ReadOnly | OpenFlags.Directory))
            {
                Empty(child, depth + 1);
            }

            FileAt.RemoveDirectory(folder, entry.Name);
            Removed++;
        }
    }
}
