namespace CriSharp.Linux.Files;

/// <summary>A file system as a whole: what it still has to write, what it has left.</summary>
public static unsafe class FileSystemSync
{
    /// <summary>Writes out everything that is pending on the file system that holds the path.</summary>
    public static void SyncFs(string path)
    {
        using var folder = HostPath.Open(path, OpenFlags.ReadOnly);
        LinuxException.ThrowIfFailed(Libc.syncfs(folder), "syncfs", path);
    }
}
