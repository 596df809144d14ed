using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>One daemon per root: taken before anything is read or written there. The kernel frees it however the daemon dies.</summary>
internal static class RootLock
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="RuntimeException">FailedPrecondition: another daemon has this root, or it can't be written.</exception>
    public static FileLock Take(string root)
    {
        var path = Path.Combine(root, "lock");
        return TryAcquire(root, path, out var holder) ?? throw new RuntimeException(
            ErrorKind.FailedPrecondition,
            $"another crisharpd{(holder is { } pid ? $" (pid {pid})" : "")} has the root {root} (it holds {path}): stop it, or give this one a --root, --runroot and --listen of its own");
    }

    private static FileLock? TryAcquire(string root, string path, out int? holder)
    {
        try
        {
            Directory.CreateDirectory(root, Private);
            return FileLock.TryAcquire(path, out holder);
        }
        catch (IOException failure)
        {
            throw new RuntimeException(
                ErrorKind.FailedPrecondition,
                $"the root {root} can't be written ({failure.Message}): mount it writable, with room, or give another one by --root; containers go on meanwhile",
                failure);
        }
    }
}
