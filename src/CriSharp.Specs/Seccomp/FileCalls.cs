namespace CriSharp.Specs.Seccomp;

/// <summary>Files, folders, their attributes and what can be done with descriptors. The kernel's own checks of permissions come after.</summary>
internal static class FileCalls
{
    public static readonly string[] Names = CallNames.Split(
        $"""
        {Opening}
        {Reading}
        {Descriptors}
        {Paths}
        {Attributes}
        {Links}
        {Watching}
        """);

    private const string Opening =
        """
        open openat openat2 creat close close_range name_to_handle_at memfd_create memfd_secret
        """;

    private const string Reading =
        """
        read readv pread64 preadv preadv2 write writev pwrite64 pwritev pwritev2 lseek _llseek
        copy_file_range sendfile sendfile64 splice tee vmsplice readahead
        fadvise64 fadvise64_64 cachestat fallocate truncate truncate64 ftruncate ftruncate64
        sync syncfs fsync fdatasync sync_file_range
        io_setup io_submit io_getevents io_pgetevents io_pgetevents_time64 io_cancel io_destroy
        """;

    private const string Descriptors =
        """
        dup dup2 dup3 fcntl fcntl64 flock ioctl
        """;

    private const string Paths =
        """
        access faccessat faccessat2 chdir fchdir getcwd umask
        getdents getdents64 readdir mkdir mkdirat rmdir mknod mknodat
        stat stat64 lstat lstat64 fstat fstat64 newfstatat fstatat64 statx oldstat oldlstat oldfstat
        statfs statfs64 fstatfs fstatfs64 statmount listmount
        """;

    private const string Attributes =
        """
        chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat lchown lchown32
        utime utimes futimesat utimensat utimensat_time64 file_getattr file_setattr
        getxattr lgetxattr fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat
        listxattr llistxattr flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat
        """;

    private const string Links =
        """
        link linkat symlink symlinkat readlink readlinkat rename renameat renameat2 unlink unlinkat
        """;

    private const string Watching =
        """
        inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark
        """;
}
