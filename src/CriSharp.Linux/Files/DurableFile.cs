using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Small files that must survive a power cut: whoever reads one sees the old content or the new, never a part.</summary>
public static class DurableFile
{
    private const string TemporarySuffix = ".new";

    /// <summary>Writes a temporary file beside it, fsync, rename, fsync of the folder. One writer per path at a time.</summary>
    /// <param name="mode">Permission bits, see <see cref="Permissions"/>.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, int mode = Permissions.PrivateFile)
    {
        using var folder = OpenFolder(path, out var name);
        var temporary = name + TemporarySuffix;
        TreeRemoval.Remove(folder, temporary);
        try
        {
            using (var file = FileAt.Open(folder, temporary, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, mode))
            {
                FileDescriptor.Chmod(file, mode);
                FileDescriptor.WriteAll(file, content);
                FileDescriptor.Sync(file);
            }

            FileAt.Rename(folder, temporary, folder, name);
        }
        catch (LinuxException failure)
        {
            // What failed is told, with the path; a leftover that can't be removed either is overwritten by the next writer.
            TryRemove(folder, temporary);
            throw new LinuxException(failure.Call, path, failure.ErrorNumber);
        }

        FileDescriptor.Sync(folder);
    }

    /// <summary>Removes a file durably; nothing there is fine.</summary>
    public static void Remove(string path)
    {
        using var folder = TryOpenFolder(path, out var name);
        if (folder is null)
        {
            return;
        }

        TreeRemoval.Remove(folder, name);
        FileDescriptor.Sync(folder);
    }

    /// <summary>Whether a name is a temporary file that a crash left behind.</summary>
    public static bool IsTemporary(string name) => name.EndsWith(TemporarySuffix, StringComparison.Ordinal);

    private static void TryRemove(SafeFileHandle folder, string temporary)
    {
        try
        {
            FileAt.Unlink(folder, temporary);
        }
        catch (LinuxException)
        {
            // The caller reports the failure that came first.
        }
    }

    private static SafeFileHandle OpenFolder(string path, out string name)
    {
        var full = Path.GetFullPath(path);
        name = Path.GetFileName(full);
        return HostPath.Open(Path.GetDirectoryName(full)!, OpenFlags.ReadOnly | OpenFlags.Directory);
    }

    private static SafeFileHandle? TryOpenFolder(string path, out string name)
    {
        var full = Path.GetFullPath(path);
        name = Path.GetFileName(full);
        return HostPath.TryOpen(Path.GetDirectoryName(full)!, OpenFlags.ReadOnly | OpenFlags.Directory);
    }
}
