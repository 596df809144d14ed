using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Polling;

/// <summary>Tells that a file was modified: inotify(7). The kernel's own files (memory.events) tell so too.</summary>
public sealed class FileWatch : IDisposable
{
    // One event with the longest name.
    private const int EventsBytes = 16 + 256;

    private FileWatch(SafeFileHandle handle) => Handle = handle;

    /// <summary>Readable while a modification is to be told.</summary>
    public SafeFileHandle Handle { get; }

    /// <exception cref="LinuxException">ENOENT; EMFILE, ENOSPC: the user has too many watches.</exception>
    public static FileWatch OnModification(string path)
    {
        var handle = Libc.InotifyCreate(Libc.IN_CLOEXEC | Libc.IN_NONBLOCK);
        if (handle.IsInvalid)
        {
            throw LinuxException.Last("inotify_init1");
        }

        if (Libc.InotifyAddWatch(handle, path, Libc.IN_MODIFY) < 0)
        {
            var failure = LinuxException.Last("inotify_add_watch", path);
            handle.Dispose();
            throw failure;
        }

        return new FileWatch(handle);
    }

    /// <summary>Takes all pending events.</summary>
    public void Clear()
    {
        Span<byte> events = stackalloc byte[EventsBytes];
        while (DescriptorTransfer.Read(Handle, events) > 0)
        {
        }
    }

    public void Dispose() => Handle.Dispose();
}
