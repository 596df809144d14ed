using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Processes;

/// <summary>A file that exists only as long as somebody holds a descriptor of it. memfd_create(2)</summary>
public static class MemoryFile
{
    /// <param name="name">Shown in /proc for people.</param>
    /// <param name="content">Its position stays at the beginning, for a child that reads it.</param>
    public static SafeFileHandle Create(string name, ReadOnlySpan<byte> content)
    {
        var file = Libc.MemoryFileCreate(name, Libc.MFD_CLOEXEC);
        if (file.IsInvalid)
        {
            throw LinuxException.Last("memfd_create", name);
        }

        RandomAccess.Write(file, content, 0);
        return file;
    }
}
