using System.Globalization;
using System.Text;
using CriSharp.Linux.Files;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Cgroups;

/// <summary>Files of a cgroup folder, which may vanish at any moment.</summary>
internal static class CgroupFile
{
    private const int LimitBytes = 32 * 1024 * 1024;

    /// <returns>Null when the cgroup has gone, or has no such file.</returns>
    public static string? TryRead(string path) => TryRead(Libc.CurrentDirectory, path);

    /// <inheritdoc cref="TryRead(string)"/>
    public static string? TryRead(SafeFileHandle directory, string path)
    {
        using var file = OpenAt2.TryOpen(directory, path, OpenFlags.ReadOnly | OpenFlags.NoFollow, mode: 0, resolve: 0, out var errorNumber);
        if (file is null)
        {
            return IsGone(errorNumber) ? null : throw new LinuxException("openat2", path, errorNumber);
        }

        try
        {
            return Encoding.UTF8.GetString(FileDescriptor.ReadToEnd(file, LimitBytes, path));
        }
        catch (LinuxException failure) when (IsGone(failure.ErrorNumber))
        {
            return null;
        }
    }

    /// <returns>0, or the errno of opening or writing; ENOENT or ENODEV for a cgroup that has gone.</returns>
    public static int Write(string path, string value) => Write(Libc.CurrentDirectory, path, value);

    /// <inheritdoc cref="Write(string, string)"/>
    public static unsafe int Write(SafeFileHandle directory, string path, string value)
    {
        using var file = OpenAt2.TryOpen(directory, path, OpenFlags.WriteOnly | OpenFlags.NoFollow, mode: 0, resolve: 0, out var errorNumber);
        if (file is null)
        {
            return errorNumber;
        }

        var bytes = Encoding.UTF8.GetBytes(value);
        fixed (byte* start = bytes)
        {
            return Libc.write(file, start, (nuint)bytes.Length) < 0 ? LinuxException.Last("write").ErrorNumber : 0;
        }
    }

    /// <summary>The members of one cgroup. 0 stands for processes of another pid namespace, and is left out.</summary>
    public static IEnumerable<int> ReadPids(SafeFileHandle directory) =>
        (TryRead(directory, "cgroup.procs") ?? string.Empty)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => int.Parse(line, CultureInfo.InvariantCulture))
            .Where(pid => pid > 0);

    // EOPNOTSUPP: cgroup.procs inside a threaded subtree; its members are those of the domain above. ESRCH: the process of /proc/PID/cgroup.
    public static bool IsGone(int errorNumber) => errorNumber is Errno.ENOENT or Errno.ENODEV or Errno.ENOTDIR or Errno.EOPNOTSUPP or Errno.ESRCH;
}
