using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>How a path inside a <see cref="DirectoryTree"/> may go.</summary>
public enum PathResolution
{
    /// <summary>As after a chroot: links are followed, "/" and ".." at the top mean the tree's own root.</summary>
    InRoot,
    /// <summary>No link anywhere in the path, nothing that leaves the tree, no other mount: each is an error (ELOOP, EXDEV).</summary>
    Strict,
}

/// <summary>
/// A folder whose paths cannot lead out of it, whatever links a hostile image or container left there.
/// All calls throw <see cref="LinuxException"/>; the last component of a path is never followed unless a method says so.
/// </summary>
public sealed partial class DirectoryTree : IDisposable
{
    private readonly ulong _resolve;

    /// <param name="root">A folder's descriptor; O_PATH suffices. Owned from here on.</param>
    public DirectoryTree(SafeFileHandle root, PathResolution resolution = PathResolution.InRoot)
    {
        Root = root;
        Resolution = resolution;
        _resolve = resolution == PathResolution.InRoot
            ? Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS
            : Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_XDEV;
    }

    public SafeFileHandle Root { get; }

    public PathResolution Resolution { get; }

    /// <param name="hostPath">A path of ours on the host: links in it are followed.</param>
    public static DirectoryTree Open(string hostPath, PathResolution resolution = PathResolution.InRoot) =>
        new(HostPath.Open(hostPath, OpenFlags.ReadOnly | OpenFlags.Directory), resolution);

    /// <summary>Opens a file or a folder; follows a link in the last component too (inside the tree) unless told <see cref="OpenFlags.NoFollow"/>.</summary>
    public SafeFileHandle OpenFile(UnixPath path, OpenFlags flags, int mode = 0) => OpenAt2.Open(Root, path, flags, mode, _resolve);

    /// <returns>null when something on the path does not exist or is not a folder.</returns>
    public SafeFileHandle? TryOpenFile(UnixPath path, OpenFlags flags, int mode = 0)
    {
        var handle = OpenAt2.TryOpen(Root, path, flags, mode, _resolve, out var errorNumber);
        if (handle is null && errorNumber is not (Errno.ENOENT or Errno.ENOTDIR))
        {
            throw new LinuxException("openat2", path.ToString(), errorNumber);
        }

        return handle;
    }

    /// <summary>Opens a folder to work inside it; follows links.</summary>
    public SafeFileHandle OpenDirectory(UnixPath path) => OpenFile(path, OpenFlags.ReadOnly | OpenFlags.Directory);

    /// <summary>The tree below a folder, with the same way to resolve.</summary>
    public DirectoryTree OpenTree(UnixPath path) => new(OpenDirectory(path), Resolution);

    /// <summary>Reads a small regular file whole, following links inside the tree. A FIFO or a device is refused, not waited for.</summary>
    /// <exception cref="IOException">Not a regular file, or longer than the limit.</exception>
    public byte[] ReadFile(UnixPath path, int limitBytes, OpenFlags additionalFlags = OpenFlags.ReadOnly)
    {
        using var file = OpenFile(path, OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | additionalFlags);
        return ReadRegular(file, path, limitBytes);
    }

    /// <returns>null when there is no such file.</returns>
    /// <inheritdoc cref="ReadFile"/>
    public byte[]? TryReadFile(UnixPath path, int limitBytes, OpenFlags additionalFlags = OpenFlags.ReadOnly)
    {
        using var file = TryOpenFile(path, OpenFlags.NonBlocking | OpenFlags.NoControllingTerminal | additionalFlags);
        return file is null ? null : ReadRegular(file, path, limitBytes);
    }

    /// <summary>Creates a file that must not be there yet, for writing.</summary>
    public SafeFileHandle CreateFile(UnixPath path, int mode)
    {
        using var folder = OpenParent(path, out var name);
        return FileAt.Open(folder, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, mode);
    }

    /// <returns>null when there is no such entry. A link in the last component is not followed.</returns>
    public FileStatus? TryStat(UnixPath path)
    {
        using var entry = TryOpenFile(path, OpenFlags.PathOnly | OpenFlags.NoFollow);
        return entry is null ? null : FileDescriptor.Stat(entry);
    }

    /// <inheritdoc cref="DirectoryListing.Read"/>
    public IReadOnlyList<DirectoryEntry> List(UnixPath path, int limitEntries = DirectoryListing.DefaultLimitEntries)
    {
        using var folder = OpenDirectory(path);
        return DirectoryListing.Read(folder, limitEntries);
    }

    public void Dispose() => Root.Dispose();

    private static byte[] ReadRegular(SafeFileHandle file, UnixPath path, int limitBytes)
    {
        var kind = FileDescriptor.Stat(file).Kind;
        return kind == FileKind.Regular
            ? FileDescriptor.ReadToEnd(file, limitBytes, path.ToString())
            : throw new IOException($"{path.ToString()} is not a regular file but {kind}");
    }

    private SafeFileHandle OpenParent(UnixPath path, out UnixPath name)
    {
        var parent = path.Split(out name);
        FileAt.RequireName(name);
        return OpenFile(parent, OpenFlags.PathOnly | OpenFlags.Directory);
    }
}
