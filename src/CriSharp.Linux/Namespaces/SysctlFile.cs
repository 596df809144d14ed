using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Namespaces;

/// <summary>Sets kernel parameters as the calling thread's namespaces have them. proc(5), sysctl(8)</summary>
internal static class SysctlFile
{
    private const string Root = "/proc/sys";
    private const int LimitBytes = 4096;

    /// <exception cref="ArgumentException">The value holds a line break or NUL, or is longer than the kernel takes.</exception>
    /// <exception cref="LinuxException">ENOENT: this kernel has no such parameter in this namespace; EINVAL: it refuses the value.</exception>
    /// <param name="ownerUserId">On the host: who is root of the user namespace that owns the calling thread's namespaces.</param>
    public static void Write(SysctlName name, string value, uint ownerUserId)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length > LimitBytes || bytes.AsSpan().ContainsAny((byte)'\n', (byte)'\0'))
        {
            throw new ArgumentException($"the value of sysctl {name} is longer than {LimitBytes} bytes or has a line break or NUL in it");
        }

        try
        {
            WriteWhole(name, bytes);
        }
        catch (LinuxException failure) when (failure.ErrorNumber is Errno.EACCES or Errno.EPERM && ownerUserId != 0)
        {
            // Since Linux 6.9 those of an IPC namespace are its owner's alone, whatever the powers of the host's root.
            AsUser(ownerUserId, () => WriteWhole(name, bytes));
        }
    }

    /// <summary>The kernel takes each write as a whole new value.</summary>
    private static unsafe void WriteWhole(SysctlName name, byte[] value)
    {
        using var file = OpenBelowRoot(name.RelativePath);
        fixed (byte* start = value)
        {
            LinuxException.ThrowIfFailed(Libc.write(file, start, (nuint)value.Length), "write", $"{Root}/{name} \"{Encoding.UTF8.GetString(value)}\"");
        }
    }

    /// <summary>Of this thread alone, and only for as long as the call takes.</summary>
    private static void AsUser(uint userId, Action call)
    {
        const uint Same = uint.MaxValue;
        LinuxException.ThrowIfFailed(Libc.SetThreadUserIds(Libc.SYS_setresuid, Same, userId, Same), "setresuid");
        try
        {
            call();
        }
        finally
        {
            LinuxException.ThrowIfFailed(Libc.SetThreadUserIds(Libc.SYS_setresuid, Same, 0, Same), "setresuid");
        }
    }

    private static SafeFileHandle OpenBelowRoot(string path)
    {
        using var root = HostPath.Open(Root, OpenFlags.PathOnly | OpenFlags.Directory);
        return OpenAt2.Open(
            root,
            path,
            OpenFlags.WriteOnly | OpenFlags.NoFollow,
            mode: 0,
            Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS | Libc.RESOLVE_NO_XDEV);
    }
}
