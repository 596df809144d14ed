using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>openat2(2): the only way by which this project opens a path inside somebody else's tree.</summary>
internal static unsafe class OpenAt2
{
    // The kernel answers EAGAIN when the tree was renamed while ".." was resolved in it; a hostile container could keep that up.
    private const int RenameRaceRetries = 64;

    public static SafeFileHandle Open(SafeFileHandle directory, UnixPath path, OpenFlags flags, int mode, ulong resolve)
    {
        var handle = TryOpen(directory, path, flags, mode, resolve, out var errorNumber);
        return handle ?? throw new LinuxException("openat2", path.ToString(), errorNumber);
    }

    /// <returns>null, and why, when the call fails.</returns>
    public static SafeFileHandle? TryOpen(SafeFileHandle directory, UnixPath path, OpenFlags flags, int mode, ulong resolve, out int errorNumber)
    {
        var how = new OpenHow { Flags = (uint)OpenFlagsLayout.ForKernel(flags), Mode = (uint)mode, Resolve = resolve };
        fixed (byte* text = path)
        {
            for (var races = 0; ;)
            {
                var descriptor = Libc.OpenAt2(Libc.SYS_openat2, directory, text, &how, (nuint)sizeof(OpenHow));
                if (descriptor >= 0)
                {
                    errorNumber = 0;
                    return new SafeFileHandle((nint)descriptor, ownsHandle: true);
                }

                errorNumber = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
                if (errorNumber != Errno.EINTR && (errorNumber != Errno.EAGAIN || ++races > RenameRaceRetries))
                {
                    return null;
                }
            }
        }
    }
}
