namespace CriSharp.Linux.Files;

/// <summary>What a failure says of the disk. The failure that knows may be wrapped by a room that added its own words.</summary>
public static class DiskFailure
{
    /// <summary>No block, no inode or no quota is left.</summary>
    public static bool IsOutOfSpace(Exception failure) => Has(failure, error => error is Errno.ENOSPC or Errno.EDQUOT);

    /// <summary>The file system is mounted read-only, by somebody or by the kernel after an error of the device.</summary>
    public static bool IsReadOnly(Exception failure) => Has(failure, error => error is Errno.EROFS);

    private static bool Has(Exception failure, Func<int, bool> isWanted)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is LinuxException known ? isWanted(known.ErrorNumber) : cause is IOException && isWanted(cause.HResult))
            {
                return true;
            }
        }

        return false;
    }
}
