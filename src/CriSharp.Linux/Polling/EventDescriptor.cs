using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Polling;

/// <summary>A counter to wait on: eventfd(2).</summary>
public sealed class EventDescriptor : IDisposable
{
    public SafeFileHandle Handle { get; } = Create();

    /// <summary>Adds one.</summary>
    public void Raise()
    {
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(one, 1ul);
        var count = DescriptorTransfer.Write(Handle, one);
        if (count < 0 && count != -Errno.EAGAIN)
        {
            throw new LinuxException("write of an eventfd", null, -count);
        }
    }

    /// <summary>Sets it to zero.</summary>
    /// <returns>Whether it was raised.</returns>
    public bool Clear()
    {
        Span<byte> counter = stackalloc byte[sizeof(ulong)];
        return DescriptorTransfer.Read(Handle, counter) == sizeof(ulong);
    }

    public void Dispose() => Handle.Dispose();

    private static SafeFileHandle Create()
    {
        var handle = Libc.EventDescriptor(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);
        return handle.IsInvalid ? throw LinuxException.Last("eventfd") : handle;
    }
}
