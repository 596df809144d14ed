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
    public static unsafe void Write(SysctlName name, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        if (bytes.Length > LimitBytes || bytes.AsSpan().ContainsAny((byte)'\n', (byte)'\0'))
        {
            throw new ArgumentException($"the value of sysctl {name} is longer than {LimitBytes} bytes or has a line break or NUL in it");
        }

        using var file = OpenBelowRoot(name.RelativePath);
        fixed (byte* start = bytes)
        {
            // One write: the kernel takes each one as a whole new value.
            LinuxException.ThrowIfFailed(Libc.write(file, start, (nuint)bytes.Length), "write", $"{Root}/{name} \"{value}\"");
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
