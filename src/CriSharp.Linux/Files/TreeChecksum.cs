using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>
/// Tells a tree from one in which something was changed, lost or added by accident: a sum over its entries (path, kind, mode, owner, content, link target, device),
/// in whatever order they are read. Not against forgers. Times and extended attributes are left out; holes count as the zeros that they read as.
/// </summary>
public static class TreeChecksum
{
    private const int BufferBytes = 16 * ContentSum.PageBytes;

    /// <param name="known">What files hold, by inode, where whoever wrote them has summed it up; the others are read.</param>
    /// <exception cref="LinuxException">Something in it can't be read.</exception>
    public static ulong Of(string hostPath, IReadOnlyDictionary<ulong, ulong>? known = null, CancellationToken cancellationToken = default)
    {
        using var tree = DirectoryTree.Open(hostPath, PathResolution.Strict);
        var walk = new Walk(tree, known, cancellationToken);
        return walk.Sum();
    }

    private sealed class Walk(DirectoryTree tree, IReadOnlyDictionary<ulong, ulong>? written, CancellationToken cancellationToken)
    {
        private readonly Dictionary<ulong, ulong> _linked = [];
        private readonly Stack<byte[]> _folders = new();
        private readonly List<DirectoryEntry> _entries = [];

        public ulong Sum()
        {
            var sum = Entry([], FileDescriptor.Stat(tree.Root), 0);
            _folders.Push([]);
            while (_folders.TryPop(out var folder))
            {
                // No descriptor is held on the way down: a layer may be as deep as a path is long.
                using var handle = folder.Length == 0 ? tree.OpenDirectory(UnixPath.Here) : tree.OpenFile(folder, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow);
                while (DirectoryListing.ReadSome(handle, _entries))
                {
                    foreach (var entry in _entries)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        sum += Entry(handle, folder, entry.Name);
                    }

                    _entries.Clear();
                }
            }

            return sum;
        }

        private ulong Entry(SafeFileHandle folder, byte[] parent, byte[] name)
        {
            byte[] path = parent.Length == 0 ? name : [.. parent, (byte)'/', .. name];
            var status = FileAt.TryStat(folder, name) ?? throw new LinuxException("statx", Encoding.UTF8.GetString(path), Errno.ENOENT);
            if (status.Kind == FileKind.Directory)
            {
                _folders.Push(path);
            }

            return Entry(path, status, status.Kind switch
            {
                FileKind.Regular => Content(folder, name, status),
                FileKind.SymbolicLink => Crc(FileAt.ReadLink(folder, name)),
                _ => 0,
            });
        }

        private static ulong Entry(ReadOnlySpan<byte> path, in FileStatus status, ulong content)
        {
            Span<byte> facts = stackalloc byte[40];
            BinaryPrimitives.WriteInt32LittleEndian(facts, (int)status.Kind);
            BinaryPrimitives.WriteInt32LittleEndian(facts[4..], status.Mode);
            BinaryPrimitives.WriteUInt32LittleEndian(facts[8..], status.UserId);
            BinaryPrimitives.WriteUInt32LittleEndian(facts[12..], status.GroupId);
            BinaryPrimitives.WriteUInt32LittleEndian(facts[16..], status.Node.Major);
            BinaryPrimitives.WriteUInt32LittleEndian(facts[20..], status.Node.Minor);

            // The size of a folder is the file system's own affair.
            BinaryPrimitives.WriteInt64LittleEndian(facts[24..], status.Kind == FileKind.Directory ? 0 : status.SizeBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(facts[32..], content);
            return ContentSum.Mix(((ulong)Crc(path) << 32) | Crc(facts));
        }

        private ulong Content(SafeFileHandle folder, byte[] name, in FileStatus status)
        {
            if (status.SizeBytes == 0)
            {
                return 0;
            }

            if (written?.TryGetValue(status.Inode, out var known) == true || (status.LinkCount > 1 && _linked.TryGetValue(status.Inode, out known)))
            {
                return known;
            }

            using var file = FileAt.Open(folder, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | OpenFlags.NonBlocking);
            var sum = Pages(file);
            if (status.LinkCount > 1)
            {
                _linked[status.Inode] = sum;
            }

            return sum;
        }

        private ulong Pages(SafeFileHandle file)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
            try
            {
                var sum = new ContentSum();
                for (var offset = 0L; FileDescriptor.NextPiece(file, offset) is { } piece; offset = piece.Offset + piece.Length)
                {
                    sum.SkipTo(piece.Offset);
                    AddPiece(file, piece.Length, buffer, ref sum);
                }

                return sum.Finish();
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }

        private void AddPiece(SafeFileHandle file, long length, byte[] buffer, ref ContentSum sum)
        {
            while (length > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Fill(file, buffer.AsSpan(0, (int)Math.Min(BufferBytes, length)));
                if (count == 0)
                {
                    return;
                }

                sum.Add(buffer.AsSpan(0, count));
                length -= count;
            }
        }

        private static int Fill(SafeFileHandle file, Span<byte> buffer)
        {
            var filled = 0;
            for (int count; filled < buffer.Length && (count = FileDescriptor.Read(file, buffer[filled..])) > 0;)
            {
                filled += count;
            }

            return filled;
        }

        private static uint Crc(ReadOnlySpan<byte> bytes) => Crc32C.Finish(Crc32C.Update(Crc32C.Start, bytes));
    }
}
