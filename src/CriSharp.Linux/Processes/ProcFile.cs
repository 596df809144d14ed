namespace CriSharp.Linux.Processes;

/// <summary>Small files of /proc about a process, which may vanish at any moment.</summary>
internal static class ProcFile
{
    /// <returns>Null when the process has gone (ENOENT on open, ESRCH on read).</returns>
    public static byte[]? TryRead(string path, int limitBytes)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var buffer = new byte[limitBytes];
            var length = RandomAccess.Read(file, buffer, 0);
            return length == 0 ? null : buffer[..length];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException gone) when (gone.HResult == Errno.ESRCH)
        {
            return null;
        }
    }
}
