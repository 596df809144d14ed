using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>
/// The *at calls on one name inside an open folder. A name has no slash, and a symbolic link of that name is never followed,
/// so nothing outside the folder can be reached.
/// </summary>
public static unsafe class FileAt
{
    private const int LinkTextLimitBytes = 4096;

    /// <summary>Opens without following a link.</summary>
    public static SafeFileHandle Open(SafeFileHandle directory, UnixPath name, OpenFlags flags, int mode = 0)
    {
        RequireName(name);
        return OpenAt2.Open(directory, name, flags | OpenFlags.NoFollow, mode, Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_MAGICLINKS);
    }

    public static void MakeDirectory(SafeFileHandle directory, UnixPath name, int mode)
    {
        RequireName(name);
        fixed (byte* path = name)
        {
            Check(Libc.mkdirat(directory, path, (uint)mode), "mkdirat", name);
        }
    }

    public static void Symlink(SafeFileHandle directory, UnixPath name, UnixPath target)
    {
        RequireName(name);
        fixed (byte* path = name, text = target)
        {
            Check(Libc.symlinkat(text, directory, path), "symlinkat", name);
        }
    }

    /// <summary>A hard link; a symbolic link is linked itself, not what it points at.</summary>
    public static void HardLink(SafeFileHandle fromDirectory, UnixPath from, SafeFileHandle directory, UnixPath name)
    {
        RequireName(from);
        RequireName(name);
        fixed (byte* source = from, path = name)
        {
            Check(Libc.linkat(fromDirectory, source, directory, path, flags: 0), "linkat", name);
        }
    }

    /// <summary>A FIFO, a device or an empty regular file.</summary>
    public static void MakeNode(SafeFileHandle directory, UnixPath name, FileKind kind, int mode, uint major = 0, uint minor = 0)
    {
        RequireName(name);
        fixed (byte* path = name)
        {
            Check(Libc.mknodat(directory, path, ((uint)kind << 12) | (uint)mode, DeviceNumber(major, minor)), "mknodat", name);
        }
    }

    public static void Unlink(SafeFileHandle directory, UnixPath name) => Unlink(directory, name, flags: 0);

    /// <summary>Removes an empty folder.</summary>
    public static void RemoveDirectory(SafeFileHandle directory, UnixPath name) => Unlink(directory, name, Libc.AT_REMOVEDIR);

    public static void Rename(SafeFileHandle fromDirectory, UnixPath from, SafeFileHandle toDirectory, UnixPath to, bool replace = true)
    {
        RequireName(from);
        RequireName(to);
        fixed (byte* source = from, destination = to)
        {
            var flags = replace ? 0 : Libc.RENAME_NOREPLACE;
            Check(Libc.renameat2(fromDirectory, source, toDirectory, destination, flags), "renameat2", to);
        }
    }

    /// <returns>null when there is no such entry.</returns>
    public static FileStatus? TryStat(SafeFileHandle directory, UnixPath name)
    {
        Statx status;
        fixed (byte* path = name)
        {
            if (Libc.statx(directory, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &status) == 0)
            {
                return ToStatus(status);
            }
        }

        var failure = LinuxException.Last("statx", name.ToString());
        return failure.ErrorNumber is Errno.ENOENT or Errno.ENOTDIR ? null : throw failure;
    }

    public static byte[] ReadLink(SafeFileHandle directory, UnixPath name)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LinkTextLimitBytes);
        try
        {
            fixed (byte* path = name, start = buffer)
            {
                var length = LinuxException.ThrowIfFailed(Libc.readlinkat(directory, path, start, (nuint)LinkTextLimitBytes), "readlinkat", name.ToString());
                return buffer[..(int)length];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static void Chown(SafeFileHandle directory, UnixPath name, uint userId, uint groupId)
    {
        fixed (byte* path = name)
        {
            Check(Libc.fchownat(directory, path, userId, groupId, Libc.AT_SYMLINK_NOFOLLOW), "fchownat", name);
        }
    }

    /// <summary>Sets permission bits; a symbolic link has none (EOPNOTSUPP).</summary>
    public static void Chmod(SafeFileHandle directory, UnixPath name, int mode)
    {
        fixed (byte* path = name)
        {
            Check(Libc.fchmodat(directory, path, (uint)mode, Libc.AT_SYMLINK_NOFOLLOW), "fchmodat", name);
        }
    }

    /// <summary>Sets access and modification time.</summary>
    public static void SetTimes(SafeFileHandle directory, UnixPath name, FileTime time)
    {
        var times = stackalloc Timespec[2];
        times[0] = times[1] = new Timespec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
        fixed (byte* path = name)
        {
            Check(Libc.utimensat(directory, path, times, Libc.AT_SYMLINK_NOFOLLOW), "utimensat", name);
        }
    }

    internal static FileStatus ToStatus(in Statx status) => new()
    {
        Kind = (FileKind)((status.Mode & Libc.S_IFMT) >> 12),
        Mode = status.Mode & Permissions.Mask,
        UserId = status.UserId,
        GroupId = status.GroupId,
        SizeBytes = (long)status.Size,
        AllocatedBytes = (long)status.Blocks * 512,
        LinkCount = status.LinkCount,
        Inode = status.Inode,
        Device = (status.DeviceMajor, status.DeviceMinor),
        Node = (status.NodeMajor, status.NodeMinor),
        ModifiedAt = new FileTime(status.ModifyTime.Seconds, status.ModifyTime.Nanoseconds),
        IsMountRoot = (status.AttributesMask & Libc.STATX_ATTR_MOUNT_ROOT) == 0 ? null : (status.Attributes & Libc.STATX_ATTR_MOUNT_ROOT) != 0,
    };

    /// <summary>glibc's gnu_dev_makedev.</summary>
    public static ulong DeviceNumber(uint major, uint minor) =>
        ((ulong)(major & 0xfffff000) << 32) | ((ulong)(major & 0xfff) << 8) | ((ulong)(minor & 0xffffff00) << 12) | (minor & 0xff);

    internal static void RequireName(UnixPath name)
    {
        if (!name.IsName)
        {
            throw new ArgumentException($"\"{name.ToString()}\" is not a name inside one folder");
        }
    }

    private static void Unlink(SafeFileHandle directory, UnixPath name, int flags)
    {
        RequireName(name);
        fixed (byte* path = name)
        {
            Check(Libc.unlinkat(directory, path, flags), "unlinkat", name);
        }
    }

    private static void Check(int result, string call, UnixPath name)
    {
        if (result < 0)
        {
            throw LinuxException.Last(call, name.ToString());
        }
    }
}
