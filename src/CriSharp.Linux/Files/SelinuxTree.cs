using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Labels a file, or a folder with all below it, as SELinux reads it from security.selinux. Links are labelled, never followed.</summary>
public static class SelinuxTree
{
    // Each level holds a descriptor.
    private const int DepthLimit = 256;

    private const string Attribute = "security.selinux";

    /// <summary>
    /// What vanishes meanwhile, and file systems without labels, are left out. The top comes last, so that a tree whose top has the label is
    /// done, and is not walked again.
    /// </summary>
    /// <param name="hostPath">Absolute, not the root.</param>
    /// <exception cref="IOException">The tree is deeper than 256 folders, or a label could not be set.</exception>
    public static void Label(string hostPath, string label, CancellationToken cancellationToken = default)
    {
        var walk = new Walk(Encoding.UTF8.GetBytes(label + '\0'), cancellationToken);
        using var parent = HostPath.Open(Path.GetDirectoryName(hostPath)!, OpenFlags.ReadOnly | OpenFlags.Directory);
        var name = UnixPath.FromString(Path.GetFileName(hostPath));
        if (!walk.HasLabel(parent, name))
        {
            walk.Enter(parent, name, 0);
        }
    }

    private sealed class Walk(byte[] label, CancellationToken cancellationToken)
    {
        public bool HasLabel(SafeFileHandle folder, UnixPath name) =>
            ExtendedAttributes.TryGet(folder, name, Attribute) is { } current && current.AsSpan().TrimEnd((byte)0).SequenceEqual(label.AsSpan().TrimEnd((byte)0));

        public void Enter(SafeFileHandle folder, UnixPath name, int depth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (FileAt.TryStat(folder, name) is not { } status)
            {
                return;
            }

            if (status.Kind == FileKind.Directory)
            {
                EnterFolder(folder, name, depth);
            }

            try
            {
                ExtendedAttributes.Set(folder, name, Attribute, label);
            }
            catch (LinuxException failure) when (failure.ErrorNumber is Errno.ENOENT or Errno.EOPNOTSUPP)
            {
                // Gone, or on a file system that has no labels.
            }
        }

        private void EnterFolder(SafeFileHandle folder, UnixPath name, int depth)
        {
            if (depth == DepthLimit)
            {
                throw new IOException($"more than {DepthLimit} folders lie in each other");
            }

            using var child = OpenAt2.TryOpen(folder, name, OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow, mode: 0, Libc.RESOLVE_BENEATH, out var errorNumber);
            if (child is null)
            {
                if (errorNumber is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
                {
                    return;
                }

                throw new LinuxException("openat2", name.ToString(), errorNumber);
            }

            foreach (var entry in DirectoryListing.Read(child))
            {
                Enter(child, entry.Name, depth + 1);
            }
        }
    }
}
