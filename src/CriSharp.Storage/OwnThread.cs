namespace CriSharp.Storage;

/// <summary>Work that blocks on the disk doesn't take the pool's threads, which serve requests: a small machine has as few of them as processors.</summary>
internal static class OwnThread
{
    public static Task RunAsync(string name, Action work)
    {
        var completion = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                work();
                completion.SetResult();
            }
            catch (Exception failure)
            {
                completion.SetException(failure);
            }
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return completion.Task;
    }
}
