using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Mounts;

/// <summary>
/// A folder or file seen through a user namespace: what belongs to id N on the disk belongs to what the namespace maps N to. Nothing on the
/// disk changes. The file system must be able to (FS_ALLOW_IDMAP). mount_setattr(2)
/// </summary>
public static unsafe class IdMappedTree
{
    /// <summary>A mount that is nowhere in the tree; it goes with the descriptor.</summary>
    /// <exception cref="LinuxException">EINVAL: the file system can't be mapped, or is already; ENOSYS, before Linux 5.12.</exception>
    public static SafeFileHandle Open(string source, SafeFileHandle userNamespace)
    {
        var tree = Clone(source);
        try
        {
            var empty = (byte)0;
            var attributes = new MountAttributes
            {
                Set = Libc.MOUNT_ATTR_IDMAP,
                UserNamespace = (ulong)userNamespace.DangerousGetHandle(),
            };
            var result = Libc.mount_setattr(Libc.SYS_mount_setattr, tree, &empty, (uint)Libc.AT_EMPTY_PATH, &attributes, (nuint)sizeof(MountAttributes));
            LinuxException.ThrowIfFailed(result, "mount_setattr MOUNT_ATTR_IDMAP", source);
            return tree;
        }
        catch
        {
            tree.Dispose();
            throw;
        }
    }

    /// <summary>A copy of the mount that a path lies on, showing the path alone and nothing mounted below it.</summary>
    internal static SafeFileHandle Clone(string source)
    {
        fixed (byte* path = UnixPath.FromString(source))
        {
            var result = Libc.open_tree(Libc.SYS_open_tree, Libc.CurrentDirectory, path, Libc.OPEN_TREE_CLONE | Libc.OPEN_TREE_CLOEXEC);
            return new SafeFileHandle((nint)LinuxException.ThrowIfFailed(result, "open_tree", source), ownsHandle: true);
        }
    }
}
