using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Storage.Layers;

internal sealed partial class LayerUnpacker
{
    private const int BlockBytes = 4096;

    // About what an empty file or folder takes.
    private const int EntryCostBytes = BlockBytes;

    private void WriteFile(SafeFileHandle folder, UnixPath name, EntryPath path, TarEntry entry, CancellationToken cancellationToken)
    {
        var ownerIsRight = IsOwnerRight(entry.UserId, entry.GroupId);
        using var file = CreateFile(folder, name, path, entry.Mode & Permissions.AccessMask);
        var inode = FileDescriptor.Stat(file).Inode;
        var sum = new ContentSum();
        if (entry.Sparse is null)
        {
            CopyData(file, 0, entry.SizeBytes, ref sum, cancellationToken);
            Sums.Set(inode, sum.Finish());
        }
        else
        {
            CopyPieces(file, entry.Sparse, ref sum, cancellationToken);
            FileDescriptor.SetLength(file, entry.SizeBytes);
            Sums.Forget(inode);
        }

        if (!ownerIsRight)
        {
            FileDescriptor.Chown(file, entry.UserId, entry.GroupId);
        }

        // Most files are root's and have a plain mode that the umask leaves alone: two journalled calls less for each.
        if (!ownerIsRight || (entry.Mode & (CreationMask.Current | ~Permissions.AccessMask)) != 0)
        {
            FileDescriptor.Chmod(file, entry.Mode);
        }

        foreach (var (attribute, value) in entry.Attributes)
        {
            if (AttributeRules.IsKept(attribute))
            {
                SetAttribute(attribute, folder, name, value);
            }
        }

        FileDescriptor.SetTimes(file, entry.ModifiedAt);
    }

    /// <summary>New files are root's, since the daemon is root and no folder has setgid while it is filled.</summary>
    private bool IsOwnerRight(uint userId, uint groupId) => _makesRootFiles && userId == 0 && groupId == 0;

    private SafeFileHandle CreateFile(SafeFileHandle folder, UnixPath name, EntryPath path, int mode)
    {
        const OpenFlags flags = OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.Exclusive;
        try
        {
            return FileAt.Open(folder, name, flags, mode);
        }
        catch (LinuxException failure) when (failure.ErrorNumber == Errno.EEXIST)
        {
            RemoveEarlier(folder, name, path);
            return FileAt.Open(folder, name, flags, mode);
        }
    }

    /// <summary>Each piece counts with all of the blocks that it lies in, as the disk gives them: a few bytes in every block would else cost nothing.</summary>
    private void CopyPieces(SafeFileHandle file, SparseMap sparse, ref ContentSum sum, CancellationToken cancellationToken)
    {
        var counted = 0L;
        foreach (var (offset, length) in sparse.Pieces)
        {
            CopyData(file, offset, length, ref sum, cancellationToken);
            var begin = Math.Max(offset / BlockBytes * BlockBytes, counted);
            counted = Math.Min((offset + length + BlockBytes - 1) / BlockBytes * BlockBytes, sparse.SizeBytes);
            Count(counted - begin - length);
        }
    }

    private void CopyData(SafeFileHandle file, long offset, long length, ref ContentSum sum, CancellationToken cancellationToken)
    {
        for (var end = offset + length; offset < end;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var data = _reader.ReadData(end - offset);
            if (data.IsEmpty)
            {
                throw new InvalidDataException("its data ends early");
            }

            FileDescriptor.WriteAllAt(file, data, offset);
            sum.Add(data);
            offset += data.Length;
            Count(data.Length);
        }
    }

    private void Count(long bytes)
    {
        SizeBytes += bytes;
        KeepSpace(bytes);
    }

    private void KeepSpace(long written) => _guard.Keep(written, SizeBytes, Inodes);

    private void LinkFile(SafeFileHandle folder, UnixPath name, EntryPath path, TarEntry entry)
    {
        var target = EntryPath.Parse(entry.LinkTarget);
        if (target.IsRoot)
        {
            throw new InvalidDataException("a hard link points at the root");
        }

        if (target.Text.AsSpan().SequenceEqual(path.Text))
        {
            // "a" linked to "a": nothing to do when it is there, and a lower layer's file otherwise, which stays as it is.
            return;
        }

        using var source = _tree.TryOpenFile(target.Parent.IsEmpty ? UnixPath.Here : new UnixPath(target.Parent), OpenFlags.PathOnly | OpenFlags.Directory);
        var status = source is null ? null : FileAt.TryStat(source, new UnixPath(target.Name));
        switch (status)
        {
            case { Kind: FileKind.Directory }:
                throw new InvalidDataException("a hard link points at a folder");
            case { IsWhiteout: true }:
                throw new InvalidDataException("a hard link points at a file that the layer removes");
            case not null:
                var targetName = target.Name.ToArray();
                Make(folder, name, path, () => FileAt.HardLink(source!, targetName, folder, new UnixPath(path.Name)));
                break;
            default:
                // What stood here before is replaced, whatever comes of the link.
                RemoveEarlier(folder, name, path);
                WaitForTarget(path, target);
                break;
        }
    }
}
