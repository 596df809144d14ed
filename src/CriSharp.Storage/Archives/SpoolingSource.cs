using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Archives;

/// <summary>Writes each block to a file before it is read.</summary>
/// <param name="tar">Not owned.</param>
/// <param name="file">Not owned.</param>
internal sealed class SpoolingSource(Stream tar, SafeFileHandle file, ArchiveLimits limits, CancellationToken cancellationToken) : ByteSource
{
    private const int BlockBytes = 256 * 1024;
    private const long UncheckedBytes = 8L << 20;

    private readonly byte[] _block = new byte[BlockBytes];
    private long _written;
    private long _checkedAt = -UncheckedBytes;

    protected override ReadOnlyMemory<byte> NextBlock()
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = tar.ReadAtLeast(_block, BlockBytes, throwOnEndOfStream: false);
        if (_written + count > limits.Bytes)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"it has more than the {limits.Bytes} bytes allowed");
        }

        KeepSpace();
        FileDescriptor.WriteAll(file, _block.AsSpan(0, count));
        _written += count;
        return _block.AsMemory(0, count);
    }

    private void KeepSpace()
    {
        if (_written - _checkedAt < UncheckedBytes)
        {
            return;
        }

        _checkedAt = _written;
        var free = FileSystemSpace.Of(file).AvailableBytes;
        if (free < limits.FreeBytesKept)
        {
            throw new RuntimeException(
                ErrorKind.ResourceExhausted,
                $"stopped after {DiskRoom.Words(_written)}: {DiskRoom.Words(free)} are free, and {DiskRoom.Words(limits.FreeBytesKept)} are kept for state, logs and containers "
                + "(pull_disk_floor): remove images, or enlarge the file system");
        }
    }
}
