using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>Space of a file system, from fstatfs(2).</summary>
/// <param name="AvailableBytes">What an ordinary user may still take.</param>
/// <param name="FreeInodes">0 with <paramref name="TotalInodes"/> 0 where the file system has no fixed number.</param>
public readonly record struct FileSystemSpace(long TotalBytes, long AvailableBytes, long TotalInodes, long FreeInodes)
{
    public static FileSystemSpace Of(string path)
    {
        using var file = HostPath.Open(path, OpenFlags.PathOnly);
        return Of(file);
    }

    public static unsafe FileSystemSpace Of(SafeFileHandle file)
    {
        Statfs status;
        LinuxException.ThrowIfFailed(Libc.fstatfs(file, &status), "fstatfs");
        return new FileSystemSpace((long)status.Blocks * status.BlockSize, (long)status.AvailableBlocks * status.BlockSize, (long)status.Files, (long)status.FreeFiles);
    }
}
