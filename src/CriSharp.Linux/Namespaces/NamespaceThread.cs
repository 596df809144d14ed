namespace CriSharp.Linux.Namespaces;

/// <summary>
/// Runs one piece of code on a thread that ends with it. A thread that has changed its namespaces must never serve anybody else,
/// so a thread of the pool is out of the question.
/// </summary>
internal static class NamespaceThread
{
    private const int StackBytes = 512 * 1024;

    public static Task<T> RunAsync<T>(Func<T> body)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    completion.SetResult(body());
                }
                catch (Exception failure)
                {
                    completion.SetException(failure);
                }
            },
            StackBytes)
        {
            IsBackground = true,
            Name = "namespaces",
        };
        thread.UnsafeStart();
        return completion.Task;
    }
}
