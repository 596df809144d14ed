using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Calls on an open file. Interrupted and partial transfers are taken up again here.</summary>
public static unsafe class FileDescriptor
{
    /// <returns>0 at the end of the file.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = Libc.read(file, start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                ThrowUnlessInterrupted("read");
            }
        }
    }

    /// <summary>Reads to the end of the file.</summary>
    /// <exception cref="IOException">The file is longer than the limit.</exception>
    public static byte[] ReadToEnd(SafeFileHandle file, int limitBytes, string name)
    {
        // One byte of room beyond the limit tells "exactly full" from "too long".
        var buffer = new byte[Math.Min(limitBytes + 1L, 4096)];
        var filled = 0;
        while (true)
        {
            var count = Read(file, buffer.AsSpan(filled));
            filled += count;
            if (filled > limitBytes)
            {
                throw new IOException($"{name} is longer than the {limitBytes} bytes allowed");
            }

            if (count == 0)
            {
                return buffer[..filled];
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min(limitBytes + 1L, buffer.Length * 4L));
            }
        }
    }

    public static void WriteAll(SafeFileHandle file, ReadOnlySpan<byte> content)
    {
        fixed (byte* start = content)
        {
            for (var written = 0; written < content.Length;)
            {
                var count = Libc.write(file, start + written, (nuint)(content.Length - written));
                written += count >= 0 ? (int)count : ThrowUnlessInterrupted("write");
            }
        }
    }

    public static void WriteAllAt(SafeFileHandle file, ReadOnlySpan<byte> content, long offset)
    {
        fixed (byte* start = content)
        {
            for (var written = 0; written < content.Length;)
            {
                var count = Libc.pwrite(file, start + written, (nuint)(content.Length - written), offset + written);
                written += count >= 0 ? (int)count : ThrowUnlessInterrupted("pwrite");
            }
        }
    }

    /// <summary>The next piece of a file that is no hole, at or after an offset; reading goes on at its beginning.</summary>
    /// <returns>null: nothing but a hole follows.</returns>
    public static (long Offset, long Length)? NextPiece(SafeFileHandle file, long offset)
    {
        var begin = Libc.lseek(file, offset, Libc.SEEK_DATA);
        if (begin < 0)
        {
            var failure = LinuxException.Last("lseek");
            return failure.ErrorNumber == Errno.ENXIO ? null : throw failure;
        }

        var end = Libc.lseek(file, begin, Libc.SEEK_HOLE);
        if (end < 0 || Libc.lseek(file, begin, Libc.SEEK_SET) < 0)
        {
            throw LinuxException.Last("lseek");
        }

        return (begin, end - begin);
    }

    public static void SetLength(SafeFileHandle file, long lengthBytes) => LinuxException.ThrowIfFailed(Libc.ftruncate(file, lengthBytes), "ftruncate");

    /// <summary>Makes an empty file that long, with all its blocks: what is written into it later finds room. Where the file system can't promise that, zeros are written.</summary>
    public static void Allocate(SafeFileHandle file, long lengthBytes)
    {
        while (Libc.fallocate(file, 0, 0, lengthBytes) < 0)
        {
            var failure = LinuxException.Last("fallocate");
            if (failure.ErrorNumber == Errno.EOPNOTSUPP)
            {
                WriteZeros(file, lengthBytes);
                return;
            }

            _ = failure.ErrorNumber == Errno.EINTR ? 0 : throw failure;
        }
    }

    public static void Chown(SafeFileHandle file, uint userId, uint groupId) => LinuxException.ThrowIfFailed(Libc.fchown(file, userId, groupId), "fchown");

    public static void Chmod(SafeFileHandle file, int mode) => LinuxException.ThrowIfFailed(Libc.fchmod(file, (uint)mode), "fchmod");

    /// <summary>Sets access and modification time.</summary>
    public static void SetTimes(SafeFileHandle file, FileTime time)
    {
        var times = stackalloc Timespec[2];
        times[0] = times[1] = new Timespec { Seconds = time.Seconds, Nanoseconds = time.Nanoseconds };
        LinuxException.ThrowIfFailed(Libc.futimens(file, times), "futimens");
    }

    public static void Sync(SafeFileHandle file) => LinuxException.ThrowIfFailed(Libc.fsync(file), "fsync");

    public static FileStatus Stat(SafeFileHandle file)
    {
        Statx status;
        var empty = (byte)0;
        LinuxException.ThrowIfFailed(Libc.statx(file, &empty, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, &status), "statx");
        return FileAt.ToStatus(status);
    }

    private static void WriteZeros(SafeFileHandle file, long lengthBytes)
    {
        var zeros = new byte[64 * 1024];
        for (var written = 0L; written < lengthBytes; written += zeros.Length)
        {
            WriteAllAt(file, zeros.AsSpan(0, (int)Math.Min(zeros.Length, lengthBytes - written)), written);
        }
    }

    private static int ThrowUnlessInterrupted(string call)
    {
        var failure = LinuxException.Last(call);
        return failure.ErrorNumber == Errno.EINTR ? 0 : throw failure;
    }
}
