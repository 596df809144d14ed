namespace CriSharp.Linux.Files;

/// <summary>Makes the names in a folder durable.</summary>
public static class DirectorySync
{
    public static void Fsync(string path)
    {
        using var folder = HostPath.Open(path, OpenFlags.ReadOnly | OpenFlags.Directory);
        FileDescriptor.Sync(folder);
    }
}
