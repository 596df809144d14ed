namespace CriSharp.Linux.Files;

/// <summary>Whether a folder can be written is found out by writing: a small file is made, filled and removed. Nothing is synced, it costs microseconds.</summary>
public static class FolderProbe
{
    public const string FileName = ".probe";

    /// <returns>Null: it can.</returns>
    public static LinuxException? Try(string folder)
    {
        try
        {
            using var held = HostPath.Open(folder, OpenFlags.ReadOnly | OpenFlags.Directory);
            using (var file = FileAt.Open(held, FileName, OpenFlags.WriteOnly | OpenFlags.Create | OpenFlags.NoFollow, Permissions.PrivateFile))
            {
                FileDescriptor.WriteAllAt(file, "?"u8, offset: 0);
            }

            FileAt.Unlink(held, FileName);
            return null;
        }
        catch (LinuxException failure)
        {
            TryRemove(folder);
            return failure;
        }
    }

    private static void TryRemove(string folder)
    {
        try
        {
            TreeRemoval.Remove(Path.Combine(folder, FileName));
        }
        catch (LinuxException)
        {
            // The probe's own failure is what counts; the next one takes the file over.
        }
    }
}
