using System.Runtime.InteropServices;
using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Mounts;

/// <summary>A file system being made with fsopen(2), fsconfig(2), fsmount(2); it appears in the tree only by <see cref="MoveTo"/>.</summary>
internal sealed unsafe class NewMount : IDisposable
{
    private const int MessageLimitBytes = 4096;
    private const int MessageLimit = 16;
    private readonly SafeFileHandle _context;

    private NewMount(SafeFileHandle context) => _context = context;

    /// <returns>null when the kernel has no such call.</returns>
    public static NewMount? TryOpen(string type)
    {
        long result;
        fixed (byte* name = UnixPath.FromString(type))
        {
            result = Libc.fsopen(Libc.SYS_fsopen, name, Libc.FSOPEN_CLOEXEC);
        }

        if (result >= 0)
        {
            return new NewMount(new SafeFileHandle((nint)result, ownsHandle: true));
        }

        var failure = LinuxException.Last("fsopen", type);
        return failure.ErrorNumber == Errno.ENOSYS ? null : throw failure;
    }

    public void Set(string key, string value)
    {
        if (!TrySet(key, value))
        {
            throw Failure(Errno.EINVAL, $"{key}={value}");
        }
    }

    /// <returns>false when the file system doesn't know the key or doesn't like the value (EINVAL).</returns>
    public bool TrySet(string key, string value)
    {
        fixed (byte* name = UnixPath.FromString(key), text = UnixPath.FromString(value))
        {
            if (Libc.fsconfig(Libc.SYS_fsconfig, _context, Libc.FSCONFIG_SET_STRING, name, text, 0) >= 0)
            {
                return true;
            }
        }

        var errorNumber = Marshal.GetLastPInvokeError();
        return errorNumber == Errno.EINVAL ? false : throw Failure(errorNumber, $"{key}={value}");
    }

    public void Set(string flag)
    {
        fixed (byte* name = UnixPath.FromString(flag))
        {
            Check(Libc.fsconfig(Libc.SYS_fsconfig, _context, Libc.FSCONFIG_SET_FLAG, name, null, 0), flag);
        }
    }

    public SafeFileHandle Create(MountFlags flags)
    {
        Check(Libc.fsconfig(Libc.SYS_fsconfig, _context, Libc.FSCONFIG_CMD_CREATE, null, null, 0), "create");
        var mount = LinuxException.ThrowIfFailed(Libc.fsmount(Libc.SYS_fsmount, _context, Libc.FSMOUNT_CLOEXEC, (uint)flags), "fsmount");
        return new SafeFileHandle((nint)mount, ownsHandle: true);
    }

    public static void MoveTo(SafeFileHandle mount, string target)
    {
        using var place = HostPath.Open(target, OpenFlags.PathOnly);
        var empty = (byte)0;
        var result = Libc.move_mount(Libc.SYS_move_mount, mount, &empty, place, &empty, Libc.MOVE_MOUNT_F_EMPTY_PATH | Libc.MOVE_MOUNT_T_EMPTY_PATH);
        LinuxException.ThrowIfFailed(result, "move_mount", target);
    }

    public void Dispose() => _context.Dispose();

    private void Check(long result, string subject)
    {
        if (result < 0)
        {
            throw Failure(Marshal.GetLastPInvokeError(), subject);
        }
    }

    private LinuxException Failure(int errorNumber, string subject)
    {
        var words = KernelMessages();
        return new LinuxException("fsconfig", words.Length == 0 ? subject : $"{subject} ({words})", errorNumber);
    }

    /// <summary>What the file system itself says of the failure: one message per read of the context, until ENODATA.</summary>
    private string KernelMessages()
    {
        var words = new StringBuilder();
        Span<byte> buffer = stackalloc byte[MessageLimitBytes];
        for (var count = 0; count < MessageLimit; count++)
        {
            nint length;
            fixed (byte* start = buffer)
            {
                length = Libc.read(_context, start, MessageLimitBytes);
            }

            if (length <= 0)
            {
                break;
            }

            words.Append(words.Length == 0 ? "" : "; ").Append(Encoding.UTF8.GetString(buffer[..(int)length]).Trim());
        }

        return words.ToString();
    }
}
