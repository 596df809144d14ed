using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux.Files;

/// <summary>An exclusive flock(2) on a file that says who holds it. The kernel frees it when the holder dies, however it dies.</summary>
public sealed class FileLock : IDisposable
{
    private const int ContentLimitBytes = 64;
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <summary>Takes the lock without waiting.</summary>
    /// <param name="holderPid">Who has it, when null is returned; null when the holder has not written it yet.</param>
    /// <returns>null when another process (or another lock of ours) has it.</returns>
    public static FileLock? TryAcquire(string path, out int? holderPid)
    {
        holderPid = null;
        // Not held for writing: the file system can be made read-only under the holder.
        var file = HostPath.Open(path, OpenFlags.ReadOnly | OpenFlags.Create | OpenFlags.NoFollow, Permissions.PrivateFile);
        try
        {
            if (Libc.flock(file, Libc.LOCK_EX | Libc.LOCK_NB) < 0)
            {
                var failure = LinuxException.Last("flock", path);
                if (failure.ErrorNumber != Errno.EAGAIN)
                {
                    throw failure;
                }

                holderPid = ReadHolder(file, path);
                file.Dispose();
                return null;
            }

            WriteHolder(path);
            return new FileLock(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Frees the lock; the file stays, since removing it would let two holders in.</summary>
    public void Dispose() => _file.Dispose();

    /// <summary>In place of the last one's, whose block is there: on a full disk a new one might not be.</summary>
    private static void WriteHolder(string path)
    {
        using var file = HostPath.Open(path, OpenFlags.WriteOnly | OpenFlags.NoFollow);
        try
        {
            var content = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            FileDescriptor.WriteAllAt(file, content, offset: 0);
            FileDescriptor.SetLength(file, content.Length);
        }
        catch (LinuxException failure) when (DiskFailure.IsOutOfSpace(failure))
        {
            // Who holds it is a hint; that it is held the kernel knows.
        }
    }

    private static int? ReadHolder(SafeFileHandle file, string path)
    {
        var content = FileDescriptor.ReadToEnd(file, ContentLimitBytes, path);
        return int.TryParse(Encoding.ASCII.GetString(content).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
    }
}
