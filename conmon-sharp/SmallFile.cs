using System.Globalization;
using System.Text;
using CriSharp.Linux;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace ConmonSharp;

/// <summary>Small files of the kernel's and the OCI runtime's.</summary>
internal static class SmallFile
{
    private const int LimitBytes = 1024 * 1024;
    private const int LongestWordsBytes = 16 * 1024;

    /// <summary>The pid that an OCI runtime wrote.</summary>
    /// <exception cref="IOException">There is no such file, or no pid in it.</exception>
    public static int ReadPid(string path) =>
        int.TryParse(TryRead(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pid > 1
            ? pid
            : throw new IOException($"the OCI runtime left no pid in {path}");

    /// <summary>Empty when there is none.</summary>
    public static string TryRead(string path) => Encoding.UTF8.GetString(HostPath.TryReadFile(path, LimitBytes) ?? []);

    /// <returns>Null when it is not there, or what it speaks of has gone while it was read.</returns>
    public static string? TryReadGone(string path)
    {
        try
        {
            return HostPath.TryReadFile(path, LimitBytes) is { } content ? Encoding.UTF8.GetString(content) : null;
        }
        catch (LinuxException gone) when (gone.ErrorNumber is Errno.ENODEV or Errno.ESRCH or Errno.EOPNOTSUPP)
        {
            return null;
        }
    }

    /// <summary>The end of an error text; empty when it can't be read.</summary>
    public static string TryReadWords(string path)
    {
        try
        {
            using var file = HostPath.TryOpen(path, OpenFlags.NonBlocking | OpenFlags.NoFollow);
            return file is null ? "" : ReadEnd(file);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static string ReadEnd(SafeFileHandle file)
    {
        var skipped = Math.Max(0, FileDescriptor.Stat(file).SizeBytes - LongestWordsBytes);
        var words = new byte[LongestWordsBytes];
        var length = RandomAccess.Read(file, words, skipped);
        return Encoding.UTF8.GetString(words, 0, length).Trim();
    }

    /// <summary>Into a file that is there already.</summary>
    public static void Write(string path, string text)
    {
        using var file = HostPath.Open(path, OpenFlags.WriteOnly);
        FileDescriptor.WriteAll(file, Encoding.UTF8.GetBytes(text));
    }
}
