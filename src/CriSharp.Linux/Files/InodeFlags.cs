using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>The flags of chattr(1), ioctl_iflags(2).</summary>
internal static unsafe class InodeFlags
{
    /// <summary>Takes "immutable" and "append only" away, which keep even root from removing.</summary>
    /// <returns>false when there was nothing to take away.</returns>
    public static bool TryUnlock(SafeFileHandle file)
    {
        int flags;
        if (Libc.ioctl(file, Libc.FS_IOC_GETFLAGS, &flags) < 0 || (flags & (Libc.FS_IMMUTABLE_FL | Libc.FS_APPEND_FL)) == 0)
        {
            return false;
        }

        flags &= ~(Libc.FS_IMMUTABLE_FL | Libc.FS_APPEND_FL);
        return Libc.ioctl(file, Libc.FS_IOC_SETFLAGS, &flags) == 0;
    }
}
