using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Opens paths of our own on the host, where the administrator's links count. Never for a path that an image or a container wrote.</summary>
public static class HostPath
{
    public static SafeFileHandle Open(string path, OpenFlags flags, int mode = 0) =>
        OpenAt2.Open(Libc.CurrentDirectory, path, flags, mode, Libc.RESOLVE_NO_MAGICLINKS);

    /// <returns>null when it does not exist.</returns>
    public static SafeFileHandle? TryOpen(string path, OpenFlags flags, int mode = 0)
    {
        var handle = OpenAt2.TryOpen(Libc.CurrentDirectory, path, flags, mode, Libc.RESOLVE_NO_MAGICLINKS, out var errorNumber);
        return handle is null && errorNumber is not (Errno.ENOENT or Errno.ENOTDIR)
            ? throw new LinuxException("openat2", path, errorNumber)
            : handle;
    }

    /// <summary>Where a path leads that somebody else has named.</summary>
    /// <returns>null when nothing is there, or it can't be followed: a loop of links, one of /proc that leaves it, a name that is too long.</returns>
    public static SafeFileHandle? TryFollow(string path)
    {
        var handle = OpenAt2.TryOpen(Libc.CurrentDirectory, path, OpenFlags.PathOnly, mode: 0, Libc.RESOLVE_NO_MAGICLINKS, out var errorNumber);
        return handle is null && errorNumber is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.ENAMETOOLONG or Errno.EACCES)
            ? throw new LinuxException("openat2", path, errorNumber)
            : handle;
    }

    /// <summary>Reads a small regular file whole.</summary>
    /// <param name="flags">Besides those for reading without waiting.</param>
    /// <returns>null when it does not exist.</returns>
    /// <exception cref="IOException">Not a regular file, or longer than the limit.</exception>
    public static byte[]? TryReadFile(string path, int limitBytes, OpenFlags flags = OpenFlags.ReadOnly)
    {
        using var file = TryOpen(path, flags | OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal);
        if (file is null)
        {
            return null;
        }

        var kind = FileDescriptor.Stat(file).Kind;
        return kind == FileKind.Regular
            ? FileDescriptor.ReadToEnd(file, limitBytes, path)
            : throw new IOException($"{path} is not a regular file but {kind}");
    }

    /// <summary>Makes a folder and its parents where missing. The last one gets exactly this mode, whatever the umask.</summary>
    public static void MakeDirectories(string path, int mode)
    {
        using var root = DirectoryTree.Open("/");
        using var folder = root.MakeDirectories(Path.GetFullPath(path), Permissions.PublicFolder);
        FileDescriptor.Chmod(folder, mode);
    }

    /// <summary>A path as the kernel names it, without the administrator's links; one that does not exist stays as it is.</summary>
    public static string Resolve(string path)
    {
        using var place = TryOpen(path, OpenFlags.PathOnly);
        return place is null ? path : new FileInfo($"/proc/self/fd/{place.DangerousGetHandle()}").LinkTarget ?? path;
    }

    /// <summary>Renames in one step; a file there is replaced, an empty folder too.</summary>
    public static void Rename(string from, string to)
    {
        UnixPath source = from;
        UnixPath target = to;
        using var sourceFolder = Open(source.Split(out var sourceName).ToString(), OpenFlags.PathOnly | OpenFlags.Directory);
        using var targetFolder = Open(target.Split(out var targetName).ToString(), OpenFlags.PathOnly | OpenFlags.Directory);
        FileAt.Rename(sourceFolder, sourceName, targetFolder, targetName);
    }
}
