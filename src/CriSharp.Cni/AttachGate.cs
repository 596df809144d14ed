namespace CriSharp.Cni;

/// <summary>
/// Keeps GC from freeing what an ADD has just made: attachments go side by side, a collection only while there is none.
/// A collection never waits; an attachment waits for the collection under way.
/// </summary>
internal sealed class AttachGate
{
    private readonly Lock _counting = new();
    private int _attaching;
    private TaskCompletionSource? _collecting;

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task collecting;
            lock (_counting)
            {
                if (_collecting is null)
                {
                    _attaching++;
                    return new Leave(() => _attaching--, _counting);
                }

                collecting = _collecting.Task;
            }

            await collecting.WaitAsync(cancellationToken);
        }
    }

    /// <returns>Null: somebody is attaching or collecting.</returns>
    public IDisposable? TryCollect()
    {
        lock (_counting)
        {
            if (_attaching > 0 || _collecting is not null)
            {
                return null;
            }

            var collecting = _collecting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new Leave(() =>
            {
                _collecting = null;
                collecting.SetResult();
            }, _counting);
        }
    }

    private sealed class Leave(Action leave, Lock counting) : IDisposable
    {
        public void Dispose()
        {
            lock (counting)
            {
                leave();
            }
        }
    }
}
