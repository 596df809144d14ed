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

    private readonly FreeSpaceGuard _space = new(file, new LayerLimits { FreeBytesKept = limits.FreeBytesKept });
    private readonly byte[] _block = new byte[BlockBytes];
    private long _written;

    protected override ReadOnlyMemory<byte> NextBlock()
    {
        cancellationToken.ThrowIfCancellationRequested();
        var count = tar.ReadAtLeast(_block, BlockBytes, throwOnEndOfStream: false);
        if (_written + count > limits.Bytes)
        {
            throw new RuntimeException(ErrorKind.ResourceExhausted, $"it has more than the {limits.Bytes} bytes allowed");
        }

        _space.Keep(count, _written, inodes: 1);
        FileDescriptor.WriteAll(file, _block.AsSpan(0, count));
        _written += count;
        return _block.AsMemory(0, count);
    }
}
