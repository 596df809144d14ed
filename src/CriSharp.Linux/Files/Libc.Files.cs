using System.Runtime.InteropServices;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux;

/// <summary>Bare imports; every path is a NUL-terminated byte string.</summary>
internal static unsafe partial class Libc
{
    public const long SYS_openat2 = 437;

    public const ulong RESOLVE_NO_XDEV = 0x01;
    public const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    public const ulong RESOLVE_NO_SYMLINKS = 0x04;
    public const ulong RESOLVE_BENEATH = 0x08;
    public const ulong RESOLVE_IN_ROOT = 0x10;

    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const int AT_REMOVEDIR = 0x200;
    public const int AT_EMPTY_PATH = 0x1000;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    public const int S_IFMT = 0xF000;

    public const int SEEK_SET = 0;
    public const int SEEK_DATA = 3;
    public const int SEEK_HOLE = 4;

    public const int LOCK_EX = 2;
    public const int LOCK_NB = 4;

    public const uint RENAME_NOREPLACE = 1;

    public const nuint FS_IOC_GETFLAGS = 0x80086601;
    public const nuint FS_IOC_SETFLAGS = 0x40086602;
    public const int FS_IMMUTABLE_FL = 0x10;
    public const int FS_APPEND_FL = 0x20;

    /// <summary>AT_FDCWD, shaped as a descriptor; never closed.</summary>
    public static SafeFileHandle CurrentDirectory { get; } = new(-100, ownsHandle: false);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long OpenAt2(long number, SafeFileHandle directory, byte* path, OpenHow* how, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint getdents64(SafeFileHandle directory, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int statx(SafeFileHandle directory, byte* path, int flags, uint mask, Statx* status);

    [LibraryImport("libc", SetLastError = true)]
    public static partial long lseek(SafeFileHandle file, long offset, int whence);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fstatfs(SafeFileHandle file, Statfs* status);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mkdirat(SafeFileHandle directory, byte* path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int symlinkat(byte* target, SafeFileHandle directory, byte* path);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int linkat(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int mknodat(SafeFileHandle directory, byte* path, uint mode, ulong device);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int unlinkat(SafeFileHandle directory, byte* path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int renameat2(SafeFileHandle fromDirectory, byte* from, SafeFileHandle toDirectory, byte* to, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint readlinkat(SafeFileHandle directory, byte* path, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchownat(SafeFileHandle directory, byte* path, uint user, uint group, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmodat(SafeFileHandle directory, byte* path, uint mode, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fchmod(SafeFileHandle file, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int utimensat(SafeFileHandle directory, byte* path, Timespec* times, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int futimens(SafeFileHandle file, Timespec* times);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ftruncate(SafeFileHandle file, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fallocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint read(SafeFileHandle file, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint write(SafeFileHandle file, byte* buffer, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint pwrite(SafeFileHandle file, byte* buffer, nuint size, long offset);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsync(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int syncfs(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int ioctl(SafeFileHandle file, nuint request, int* argument);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fsetxattr(SafeFileHandle file, byte* name, byte* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int lsetxattr(byte* path, byte* name, byte* value, nuint size, int flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint lgetxattr(byte* path, byte* name, byte* value, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial nint llistxattr(byte* path, byte* list, nuint size);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int lremovexattr(byte* path, byte* name);
}
