using CriSharp.Linux.Files;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Hosting;

/// <summary>One daemon per root: taken before anything is read or written there. The kernel frees it however the daemon dies.</summary>
internal static class RootLock
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <exception cref="RuntimeException">FailedPrecondition: another daemon has this root.</exception>
    public static FileLock Take(string root)
    {
        Directory.CreateDirectory(root, Private);
        var path = Path.Combine(root, "lock");
        return FileLock.TryAcquire(path, out var holder) ?? throw new RuntimeException(
            ErrorKind.FailedPrecondition,
            $"another crisharpd{(holder is { } pid ? $" (pid {pid})" : "")} has the root {root} (it holds {path}): stop it, or give this one a --root, --runroot and --listen of its own");
    }
}
