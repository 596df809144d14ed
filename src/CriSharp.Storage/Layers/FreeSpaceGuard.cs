using CriSharp.Linux.Files;
using CriSharp.Primitives;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

/// <summary>Stops what fills the disk before it takes what is kept for others. The disk is asked each time that some MiB were written.</summary>
/// <param name="folder">On that disk; not owned.</param>
internal sealed class FreeSpaceGuard(SafeFileHandle folder, LayerLimits limits)
{
    // Looked at more often where little is kept: several layers come at once.
    private const long MostUncheckedBytes = 8L << 20;
    private const long LeastUncheckedBytes = 64L << 10;

    private long _writtenSinceCheck = MostUncheckedBytes;

    private long CheckBytes => Math.Clamp(limits.FreeBytesKept / 16, LeastUncheckedBytes, MostUncheckedBytes);

    /// <param name="written">Since the last call.</param>
    /// <param name="sizeBytes">All that was written so far, for the error.</param>
    /// <param name="inodes">The same.</param>
    /// <exception cref="RuntimeException">ResourceExhausted.</exception>
    public void Keep(long written, long sizeBytes, long inodes)
    {
        _writtenSinceCheck += written;
        if (limits.FreeBytesKept == 0 || _writtenSinceCheck < CheckBytes)
        {
            return;
        }

        _writtenSinceCheck = 0;
        var space = FileSystemSpace.Of(folder);
        var inodesKept = Math.Min(limits.FreeInodesKept, space.TotalInodes / 20);
        if (space.AvailableBytes < limits.FreeBytesKept || space.FreeInodes < inodesKept)
        {
            throw new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"stopped after {DiskRoom.Words(sizeBytes)} in {inodes} inodes: {DiskRoom.Words(space.AvailableBytes)} and {space.FreeInodes} inodes are free, "
                + $"and {DiskRoom.Words(limits.FreeBytesKept)} and {inodesKept} inodes are kept for state, logs and containers (pull_disk_floor): remove images, or enlarge the file system");
        }
    }
}
