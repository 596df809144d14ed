using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>What a tree takes on disk, as du counts: each hard-linked file once, other mounts left out.</summary>
/// <param name="Inodes">Entries, the top folder included.</param>
public readonly record struct TreeUsage(long AllocatedBytes, long Inodes)
{
    // Each level holds a descriptor; what a container buries deeper than this is not counted.
    private const int DepthLimit = 256;

    /// <summary>Walks the tree while others may change it: what vanishes meanwhile is left out.</summary>
    public static TreeUsage Measure(string hostPath, CancellationToken cancellationToken = default)
    {
        using var top = HostPath.Open(hostPath, OpenFlags.ReadOnly | OpenFlags.Directory);
        var walk = new Walk(FileDescriptor.Stat(top).Device, cancellationToken);
        walk.Count(top, 0);
        return new TreeUsage(walk.Bytes, walk.Inodes);
    }

    private sealed class Walk((uint, uint) device, CancellationToken cancellationToken)
    {
        private readonly InodeSet _linked = new();

        public long Bytes { get; private set; }

        public long Inodes { get; private set; }

        public void Count(SafeFileHandle folder, int depth)
        {
            Add(FileDescriptor.Stat(folder));
            var entries = new List<DirectoryEntry>();
            while (DirectoryListing.ReadSome(folder, entries))
            {
                foreach (var entry in entries)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    CountEntry(folder, entry, depth);
                }

                entries.Clear();
            }
        }

        private void CountEntry(SafeFileHandle folder, DirectoryEntry entry, int depth)
        {
            if (FileAt.TryStat(folder, entry.Name) is not { } status || status.Device != device)
            {
                return;
            }

            if (status.Kind != FileKind.Directory || depth == DepthLimit)
            {
                Add(status);
                return;
            }

            var child = OpenAt2.TryOpen(folder, entry.Name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow, mode: 0, Libc.RESOLVE_BENEATH, out var errorNumber);
            if (child is null)
            {
                // It was removed, or became something else, since it was listed.
                if (errorNumber is not (Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP))
                {
                    throw new LinuxException("openat2", entry.NameText, errorNumber);
                }

                return;
            }

            using (child)
            {
                Count(child, depth + 1);
            }
        }

        private void Add(in FileStatus status)
        {
            if (status.LinkCount > 1 && status.Kind != FileKind.Directory && !_linked.Add(status.Inode))
            {
                return;
            }

            Bytes += status.AllocatedBytes;
            Inodes++;
        }
    }
}
