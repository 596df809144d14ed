using System.Buffers;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

internal sealed partial class LayerPacker
{
    /// <summary>Smaller holes are written as zeros: where the file system keeps them depends on it, and the map has its limit.</summary>
    private const long HoleBytes = 1 << 20;
    private const int BufferBytes = 256 * 1024;

    private static readonly LayerLimits Limits = new();

    private void PackFile(SafeFileHandle folder, byte[] name, byte[] path, in FileStatus status, List<(byte[] Name, byte[] Value)> attributes)
    {
        if (status.SizeBytes == 0)
        {
            tar.WriteEntry(EntryOf(TarEntryKind.Regular, path, status, attributes));
            return;
        }

        using var file = FileAt.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        var sparse = status.AllocatedBytes < status.SizeBytes ? TryMap(file, status.SizeBytes) : null;
        tar.WriteEntry(EntryOf(TarEntryKind.Regular, path, status, attributes, sparse: sparse));
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            foreach (var (offset, length) in sparse?.Pieces ?? [(0, status.SizeBytes)])
            {
                Copy(file, path, offset, length, buffer);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <returns>Null: it has no hole that is worth it.</returns>
    private static SparseMap? TryMap(SafeFileHandle file, long sizeBytes)
    {
        var numbers = new List<long>();
        var (begin, end) = (0L, 0L);
        for (var offset = 0L; FileDescriptor.NextPiece(file, offset) is { } piece; offset = piece.Offset + piece.Length)
        {
            if (piece.Offset - end >= HoleBytes)
            {
                numbers.AddRange([begin, end - begin]);
                begin = piece.Offset;
            }

            end = piece.Offset + piece.Length;
        }

        if (sizeBytes - end < HoleBytes)
        {
            end = sizeBytes;
        }

        numbers.AddRange([begin, end - begin]);
        var stored = numbers.Where((_, number) => number % 2 == 1).Sum();
        return stored < sizeBytes && numbers.Count / 2 < Limits.SparsePieces ? SparseMap.Create(numbers, sizeBytes, stored, Limits) : null;
    }

    private void Copy(SafeFileHandle file, byte[] path, long offset, long length, byte[] buffer)
    {
        for (var end = offset + length; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(BufferBytes, end - offset)), offset);
            if (count == 0)
            {
                throw new InvalidDataException($"\"{LayerUnpacker.Show(path)}\" is shorter than it was");
            }

            tar.WriteData(buffer.AsSpan(0, count));
            offset += count;
        }
    }
}
