using System.Buffers;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

internal sealed partial class LayerUnpacker
{
    private const int CopyBytes = 64 * 1024;

    /// <returns>false when the lowers don't have such a file.</returns>
    private bool TryCopyUp(DirectoryTree lowers, EntryPath target, SafeFileHandle folder, EntryPath path, CancellationToken cancellationToken)
    {
        using var source = lowers.TryOpenFile(target.Parent.IsEmpty ? UnixPath.Here : new UnixPath(target.Parent), OpenFlags.PathOnly | OpenFlags.Directory);
        var sourceName = new UnixPath(target.Name);
        var name = new UnixPath(path.Name);
        var status = source is null ? null : FileAt.TryStat(source, sourceName);
        switch (status?.Kind)
        {
            case FileKind.Regular:
                CopyFile(source!, sourceName, folder, name, status.Value.SizeBytes, cancellationToken);
                break;
            case FileKind.SymbolicLink:
                FileAt.Symlink(folder, name, FileAt.ReadLink(source!, sourceName));
                break;
            default:
                return false;
        }

        FileAt.Chown(folder, name, status.Value.UserId, status.Value.GroupId);
        if (status.Value.Kind == FileKind.Regular)
        {
            FileAt.Chmod(folder, name, status.Value.Mode);
        }

        foreach (var attribute in ExtendedAttributes.List(source!, sourceName).Where(attribute => AttributeRules.IsKept(attribute)))
        {
            SetAttribute(attribute, folder, name, ExtendedAttributes.TryGet(source!, sourceName, attribute) ?? []);
        }

        FileAt.SetTimes(folder, name, status.Value.ModifiedAt);
        return true;
    }

    private void CopyFile(SafeFileHandle source, UnixPath sourceName, SafeFileHandle folder, UnixPath name, long sizeBytes, CancellationToken cancellationToken)
    {
        using var from = FileAt.Open(source, sourceName, OpenFlags.ReadOnly | OpenFlags.NonBlocking);
        using var to = FileAt.Open(folder, name, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive, Permissions.PrivateFile);
        var buffer = ArrayPool<byte>.Shared.Rent(CopyBytes);
        try
        {
            // Holes stay holes: a link to a file that is nothing else would fill the disk.
            for (var offset = 0L; FileDescriptor.NextPiece(from, offset) is { } piece; offset = piece.Offset + piece.Length)
            {
                CopyPiece(from, to, piece, buffer, cancellationToken);
            }

            FileDescriptor.SetLength(to, sizeBytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void CopyPiece(SafeFileHandle from, SafeFileHandle to, (long Offset, long Length) piece, byte[] buffer, CancellationToken cancellationToken)
    {
        for (var done = 0L; done < piece.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = FileDescriptor.Read(from, buffer.AsSpan(0, (int)Math.Min(buffer.Length, piece.Length - done)));
            if (count == 0)
            {
                return;
            }

            FileDescriptor.WriteAllAt(to, buffer.AsSpan(0, count), piece.Offset + done);
            done += count;
            Count(count);
        }
    }
}
