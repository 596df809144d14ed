namespace CriSharp.Signatures;

/// <summary>Files that people write by hand: read whole, and never more than a limit.</summary>
public static class SmallFile
{
    /// <returns>Null: there is none.</returns>
    /// <exception cref="FormatException">It can't be read, or is longer than the limit.</exception>
    public static byte[]? TryRead(string path, int limitBytes)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var bytes = new MemoryStream();
            var buffer = new byte[8192];
            for (int count; (count = file.Read(buffer)) > 0;)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > limitBytes)
                {
                    throw new FormatException($"{path}: it has more than {limitBytes} bytes");
                }
            }

            return bytes.ToArray();
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"{path}: it can't be read: {unreadable.Message}", unreadable);
        }
    }
}
