using System.Runtime.InteropServices;

namespace CriSharp.Linux.Polling;

/// <summary>read(2) and write(2) for hot paths: one transfer, no exception, no allocation.</summary>
public static unsafe class DescriptorTransfer
{
    /// <summary>From now on a transfer that would wait answers EAGAIN, for everybody who has this open file.</summary>
    public static void SetNonBlocking(SafeHandle descriptor)
    {
        const int F_SETFL = 4;
        const int O_NONBLOCK = 0x800;
        LinuxException.ThrowIfFailed(Libc.FileControl((int)descriptor.DangerousGetHandle(), F_SETFL, O_NONBLOCK), "fcntl F_SETFL");
    }

    /// <returns>Bytes read; 0 at the end; a negative value of <see cref="Errno"/> (EAGAIN, EIO ...) otherwise.</returns>
    public static int Read(SafeHandle descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Libc.ReadSome(descriptor, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }
    }

    /// <returns>Bytes written, perhaps not all; a negative value of <see cref="Errno"/> (EAGAIN, ENOSPC ...) otherwise.</returns>
    public static int Write(SafeHandle descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            while (true)
            {
                var count = Libc.WriteSome(descriptor, start, bytes.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != Errno.EINTR)
                {
                    return -error;
                }
            }
        }
    }
}
