using System.Runtime.InteropServices;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;

namespace CriSharp.Linux.Tests.Interop;

/// <summary>The numbers of CriSharp.Linux.Files and .Mounts against the C compiler's.</summary>
public sealed class FileInteropTests
{
    [Fact]
    public async Task Constants_WhenComparedWithTheHeaders_AreTheSame()
    {
        var expected = new (string Expression, long Value)[]
        {
            ("SYS_openat2", Libc.SYS_openat2), ("RESOLVE_NO_XDEV", (long)Libc.RESOLVE_NO_XDEV), ("RESOLVE_NO_MAGICLINKS", (long)Libc.RESOLVE_NO_MAGICLINKS),
            ("RESOLVE_NO_SYMLINKS", (long)Libc.RESOLVE_NO_SYMLINKS), ("RESOLVE_BENEATH", (long)Libc.RESOLVE_BENEATH), ("RESOLVE_IN_ROOT", (long)Libc.RESOLVE_IN_ROOT),
            ("AT_FDCWD", (long)Libc.CurrentDirectory.DangerousGetHandle()), ("AT_SYMLINK_NOFOLLOW", Libc.AT_SYMLINK_NOFOLLOW), ("AT_REMOVEDIR", Libc.AT_REMOVEDIR), ("AT_EMPTY_PATH", Libc.AT_EMPTY_PATH),
            ("STATX_BASIC_STATS", Libc.STATX_BASIC_STATS), ("S_IFMT", Libc.S_IFMT),
            ("LOCK_EX", Libc.LOCK_EX), ("LOCK_NB", Libc.LOCK_NB), ("RENAME_NOREPLACE", Libc.RENAME_NOREPLACE),
            ("O_WRONLY", Kernel(OpenFlags.WriteOnly)), ("O_RDWR", Kernel(OpenFlags.ReadWrite)), ("O_CREAT", Kernel(OpenFlags.Create)), ("O_EXCL", Kernel(OpenFlags.Exclusive)),
            ("O_NOCTTY", Kernel(OpenFlags.NoControllingTerminal)), ("O_TRUNC", Kernel(OpenFlags.Truncate)), ("O_APPEND", Kernel(OpenFlags.Append)), ("O_NONBLOCK", Kernel(OpenFlags.NonBlocking)),
            ("O_DIRECTORY", Kernel(OpenFlags.Directory)), ("O_NOFOLLOW", Kernel(OpenFlags.NoFollow)), ("O_PATH", Kernel(OpenFlags.PathOnly)), ("O_CLOEXEC", OpenFlagsLayout.ForKernel(OpenFlags.ReadOnly)),
            ("DT_FIFO", (long)FileKind.Fifo), ("DT_CHR", (long)FileKind.CharacterDevice), ("DT_DIR", (long)FileKind.Directory), ("DT_BLK", (long)FileKind.BlockDevice),
            ("DT_REG", (long)FileKind.Regular), ("DT_LNK", (long)FileKind.SymbolicLink), ("DT_SOCK", (long)FileKind.Socket),
            ("makedev(8, 300)", (long)FileAt.DeviceNumber(8, 300)), ("makedev(4095, 1048575)", (long)FileAt.DeviceNumber(4095, 1048575)), ("makedev(70000, 5)", (long)FileAt.DeviceNumber(70000, 5)),
            ("EFBIG", Errno.EFBIG), ("EMLINK", Errno.EMLINK), ("EROFS", Errno.EROFS), ("EDQUOT", Errno.EDQUOT), ("ENODATA", Errno.ENODATA), ("ELOOP", Errno.ELOOP),
        };

        await AssertSameAsync(["sys/syscall.h", "linux/openat2.h", "fcntl.h", "sys/stat.h", "sys/file.h", "dirent.h", "sys/sysmacros.h", "errno.h", "stdio.h"], expected);
    }

    [Fact]
    public async Task MountConstants_WhenComparedWithTheHeaders_AreTheSame()
    {
        var expected = new (string Expression, long Value)[]
        {
            ("SYS_open_tree", Libc.SYS_open_tree), ("SYS_move_mount", Libc.SYS_move_mount), ("SYS_fsopen", Libc.SYS_fsopen), ("SYS_fsconfig", Libc.SYS_fsconfig),
            ("SYS_fsmount", Libc.SYS_fsmount), ("SYS_mount_setattr", Libc.SYS_mount_setattr),
            ("FSOPEN_CLOEXEC", Libc.FSOPEN_CLOEXEC), ("FSMOUNT_CLOEXEC", Libc.FSMOUNT_CLOEXEC), ("FSCONFIG_SET_FLAG", Libc.FSCONFIG_SET_FLAG), ("FSCONFIG_SET_STRING", Libc.FSCONFIG_SET_STRING),
            ("FSCONFIG_CMD_CREATE", Libc.FSCONFIG_CMD_CREATE), ("MOVE_MOUNT_F_EMPTY_PATH", Libc.MOVE_MOUNT_F_EMPTY_PATH), ("MOVE_MOUNT_T_EMPTY_PATH", Libc.MOVE_MOUNT_T_EMPTY_PATH),
            ("OPEN_TREE_CLONE", Libc.OPEN_TREE_CLONE), ("OPEN_TREE_CLOEXEC", Libc.OPEN_TREE_CLOEXEC), ("AT_RECURSIVE", Libc.AT_RECURSIVE),
            ("MNT_DETACH", Libc.UMOUNT_DETACH), ("UMOUNT_NOFOLLOW", Libc.UMOUNT_NOFOLLOW),
            ("MS_RDONLY", (long)Libc.MS_RDONLY), ("MS_NOSUID", (long)Libc.MS_NOSUID), ("MS_NODEV", (long)Libc.MS_NODEV), ("MS_NOEXEC", (long)Libc.MS_NOEXEC),
            ("MS_REMOUNT", (long)Libc.MS_REMOUNT), ("MS_BIND", (long)Libc.MS_BIND), ("MS_REC", (long)Libc.MS_REC),
            ("MS_PRIVATE", (long)MountPropagation.Private), ("MS_SLAVE", (long)MountPropagation.Slave), ("MS_SHARED", (long)MountPropagation.Shared),
            ("MOUNT_ATTR_RDONLY", (long)MountFlags.ReadOnly), ("MOUNT_ATTR_NOSUID", (long)MountFlags.NoSetUserId), ("MOUNT_ATTR_NODEV", (long)MountFlags.NoDevices), ("MOUNT_ATTR_NOEXEC", (long)MountFlags.NoExecution),
            ("CLONE_FS", Libc.CLONE_FS),
        };

        await AssertSameAsync(["sys/syscall.h", "fcntl.h", "sys/mount.h", "sched.h"], expected);
    }

    [Fact]
    public async Task Layouts_WhenComparedWithTheHeaders_AreTheSame()
    {
        var values = await CProgram.EvaluateAsync(
            ["linux/openat2.h", "sys/stat.h", "sys/vfs.h", "sys/mount.h", "time.h"],
            [
                "sizeof(struct open_how)", "offsetof(struct open_how, resolve)",
                "sizeof(struct statx)", "offsetof(struct statx, stx_mode)", "offsetof(struct statx, stx_ino)", "offsetof(struct statx, stx_mtime)", "offsetof(struct statx, stx_dev_minor)",
                "sizeof(struct statfs)", "offsetof(struct statfs, f_bavail)", "offsetof(struct statfs, f_ffree)",
                "sizeof(struct timespec)", "sizeof(struct mount_attr)", "offsetof(struct mount_attr, userns_fd)",
            ]);

        Assert.Equal(
            [
                Marshal.SizeOf<OpenHow>(), Offset<OpenHow>("Resolve"),
                Marshal.SizeOf<Statx>(), Offset<Statx>("Mode"), Offset<Statx>("Inode"), Offset<Statx>("ModifyTime"), Offset<Statx>("DeviceMinor"),
                Marshal.SizeOf<Statfs>(), Offset<Statfs>("AvailableBlocks"), Offset<Statfs>("FreeFiles"),
                Marshal.SizeOf<Timespec>(), Marshal.SizeOf<MountAttributes>(), Offset<MountAttributes>("UserNamespace"),
            ],
            values);
    }

    private static long Kernel(OpenFlags flag) => OpenFlagsLayout.ForKernel(flag) & ~OpenFlagsLayout.ForKernel(OpenFlags.ReadOnly);

    private static long Offset<T>(string field) => Marshal.OffsetOf<T>(field);

    private static async Task AssertSameAsync(string[] headers, (string Expression, long Value)[] expected)
    {
        var actual = await CProgram.EvaluateAsync(headers, expected.Select(constant => constant.Expression));
        Assert.Equal(expected, expected.Zip(actual, (constant, value) => (constant.Expression, value)));
    }
}
