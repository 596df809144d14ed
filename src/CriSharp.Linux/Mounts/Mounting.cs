using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Mounts;

/// <summary>Bind mounts, tmpfs, and unmounting. Targets are paths of ours on the host. Failures are <see cref="LinuxException"/>s.</summary>
public static unsafe class Mounting
{
    /// <summary>Shows a file or a folder at another place.</summary>
    /// <param name="recursive">With the mounts below it.</param>
    public static void Bind(string source, string target, bool readOnly = false, bool recursive = false)
    {
        Classic(source, target, null, Libc.MS_BIND | (recursive ? Libc.MS_REC : 0), null);
        if (!readOnly)
        {
            return;
        }

        try
        {
            SetAttributes(target, MountFlags.ReadOnly, recursive);
        }
        catch
        {
            Unmount(target, lazy: true);
            throw;
        }
    }

    /// <param name="mode">Permission bits of its root.</param>
    /// <param name="selinuxContext">What all its files are labelled with; null leaves it to the host's policy.</param>
    /// <param name="inodes">Its root is one of them. Extended attributes take from them, too, 1 KiB each (Linux 6.6). Null: as many as the kernel likes.</param>
    public static void Tmpfs(
        string target,
        long sizeBytes,
        int mode,
        MountFlags flags = MountFlags.NoSetUserId | MountFlags.NoDevices | MountFlags.NoExecution,
        string? selinuxContext = null,
        int? inodes = null)
    {
        var octal = Convert.ToString(mode, 8);
        var options = string.Create(CultureInfo.InvariantCulture, $"size={sizeBytes},mode={octal}");
        if (inodes is not null)
        {
            options += string.Create(CultureInfo.InvariantCulture, $",nr_inodes={inodes}");
        }

        if (selinuxContext is not null)
        {
            options += ',' + QuotedOption($"context={selinuxContext}");
        }

        // MOUNT_ATTR_* and MS_* have the same values for these four.
        Classic("tmpfs", target, "tmpfs", (ulong)flags, options);
    }

    /// <summary>A level holds commas, which part options: mount(8) has labels in quotes.</summary>
    internal static string QuotedOption(string option) =>
        option.StartsWith("context=", StringComparison.Ordinal) ? $"context=\"{option["context=".Length..]}\"" : option;

    /// <summary>Any other kind of file system, by the classic call.</summary>
    public static void FileSystem(string source, string target, string type, MountFlags flags = MountFlags.None, string? options = null) =>
        Classic(source, target, type, (ulong)flags, options);

    /// <summary>Adds attributes to a mount, and to those below it when recursive.</summary>
    public static void SetAttributes(string target, MountFlags flags, bool recursive = false)
    {
        var attributes = new MountAttributes { Set = (ulong)flags };
        fixed (byte* path = UnixPath.FromString(target))
        {
            var scope = recursive ? Libc.AT_RECURSIVE : 0;
            var result = Libc.mount_setattr(Libc.SYS_mount_setattr, Libc.CurrentDirectory, path, scope, &attributes, (nuint)sizeof(MountAttributes));
            if (result == 0)
            {
                return;
            }
        }

        var failure = LinuxException.Last("mount_setattr", target);
        if (failure.ErrorNumber != Errno.ENOSYS || recursive)
        {
            throw failure;
        }

        Classic(null, target, null, Libc.MS_BIND | Libc.MS_REMOUNT | (ulong)flags, null);
    }

    public static void SetPropagation(string target, MountPropagation propagation, bool recursive = false) =>
        Classic(null, target, null, (ulong)propagation | (recursive ? Libc.MS_REC : 0), null);

    /// <summary>Unmounts; where nothing is mounted or nothing is, that is fine. Never follows a link in the last component.</summary>
    /// <param name="lazy">Out of the tree at once, ended when its last user goes. Otherwise EBUSY says that it is in use.</param>
    public static void Unmount(string target, bool lazy = false)
    {
        fixed (byte* path = UnixPath.FromString(target))
        {
            if (Libc.umount2(path, Libc.UMOUNT_NOFOLLOW | (lazy ? Libc.UMOUNT_DETACH : 0)) == 0)
            {
                return;
            }
        }

        var failure = LinuxException.Last("umount2", target);
        if (failure.ErrorNumber is not (Errno.EINVAL or Errno.ENOENT or Errno.ENOTDIR))
        {
            throw failure;
        }
    }

    internal static void Classic(string? source, string target, string? type, ulong flags, string? options)
    {
        fixed (byte* sourceText = Terminated(source), targetText = Terminated(target), typeText = Terminated(type), data = Terminated(options))
        {
            LinuxException.ThrowIfFailed(Libc.mount(sourceText, targetText, typeText, flags, data), "mount", target);
        }
    }

    private static byte[]? Terminated(string? text) => text is null ? null : Encoding.UTF8.GetBytes(text + "\0");
}
