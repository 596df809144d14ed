using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Compression;

/// <summary>A decompressor of libzstd.</summary>
internal sealed class ZstdHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    public ZstdHandle()
        : base(ownsHandle: true)
    {
    }

    /// <exception cref="NotSupportedException">libzstd is not installed.</exception>
    public static ZstdHandle Create()
    {
        var created = new ZstdHandle();
        try
        {
            created.SetHandle(Libzstd.ZSTD_createDStream());
        }
        catch (DllNotFoundException absent)
        {
            created.Dispose();
            throw new NotSupportedException("it is compressed with zstd, and libzstd.so.1 is not installed on this machine: install libzstd (Debian: libzstd1)", absent);
        }

        return created.IsInvalid ? throw new LinuxException("ZSTD_createDStream", "", Errno.ENOMEM) : created;
    }

    protected override bool ReleaseHandle()
    {
        Libzstd.ZSTD_freeDStream(handle);
        return true;
    }
}
