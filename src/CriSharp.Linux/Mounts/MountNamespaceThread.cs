using System.Runtime.ExceptionServices;

namespace CriSharp.Linux.Mounts;

/// <summary>
/// Runs a call in a mount namespace of its own, on a thread that ends afterwards. What it mounts nobody else sees, and it is gone with
/// the thread, even where that is killed half-way; what the host unmounts meanwhile is unmounted here as well.
/// </summary>
internal static class MountNamespaceThread
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(2);

    public static T Run<T>(Func<T> call)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                LinuxException.ThrowIfFailed(Libc.unshare(Libc.CLONE_NEWNS), "unshare", "CLONE_NEWNS");
                Mounting.SetPropagation("/", MountPropagation.Slave, recursive: true);
                result = call();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        })
        {
            IsBackground = true,
            Name = "mounts",
        };
        thread.UnsafeStart();
        if (!thread.Join(TimeLimit))
        {
            throw new TimeoutException($"a mount call has not returned after {TimeLimit}");
        }

        failure?.Throw();
        return result;
    }
}
