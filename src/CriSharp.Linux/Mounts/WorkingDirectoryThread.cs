using System.Runtime.ExceptionServices;
using CriSharp.Linux.Files;

namespace CriSharp.Linux.Mounts;

/// <summary>Runs a call in a working folder of its own, on a thread that has left the process' shared one (CLONE_FS) and ends afterwards.</summary>
internal static unsafe class WorkingDirectoryThread
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    public static void Run(string folder, Action action)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter(folder);
                action();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "mount",
        };
        thread.Start();
        if (!thread.Join(TimeLimit))
        {
            throw new TimeoutException($"a mount call in {folder} has not returned after {TimeLimit}");
        }

        failure?.Throw();
    }

    private static void Enter(string folder)
    {
        LinuxException.ThrowIfFailed(Libc.unshare(Libc.CLONE_FS), "unshare", "CLONE_FS");
        fixed (byte* path = UnixPath.FromString(folder))
        {
            LinuxException.ThrowIfFailed(Libc.chdir(path), "chdir", folder);
        }
    }
}
