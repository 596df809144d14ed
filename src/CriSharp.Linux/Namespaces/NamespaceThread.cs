using System.Runtime.ExceptionServices;

namespace CriSharp.Linux.Namespaces;

/// <summary>
/// Runs one piece of code on a thread that ends with it. A thread that has changed its namespaces must never serve anybody else,
/// so a thread of the pool is out of the question. It must not start others either: a new thread inherits the namespaces of the one
/// that starts it, and even completing a task may make the pool start one. So a second thread, which stays on the host, waits for
/// the first to end and completes the task.
/// </summary>
internal static class NamespaceThread
{
    private const int StackBytes = 512 * 1024;

    public static Task<T> RunAsync<T>(Func<T> body)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Start("namespaces-host", () =>
        {
            try
            {
                completion.SetResult(RunInside(body));
            }
            catch (Exception failure)
            {
                completion.SetException(failure);
            }
        });
        return completion.Task;
    }

    private static T RunInside<T>(Func<T> body)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var inside = Start("namespaces", () =>
        {
            try
            {
                result = body();
            }
            catch (Exception exception)
            {
                failure = ExceptionDispatchInfo.Capture(exception);
            }
        });
        inside.Join();
        failure?.Throw();
        return result;
    }

    private static Thread Start(string name, ThreadStart body)
    {
        var thread = new Thread(body, StackBytes) { IsBackground = true, Name = name };
        thread.UnsafeStart();
        return thread;
    }
}
