namespace CriSharp.Primitives;

/// <summary>
/// Joins equal requests: the first starts the work, later ones await the same result, each with its own cancellation.
/// What happens to work that nobody awaits any more is the choice of <see cref="AbandonedWork"/>.
/// </summary>
public sealed class Coalescer<TKey, TResult>(AbandonedWork abandoned)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Work> _works = [];

    /// <param name="start">Runs at most once at a time per key, on a token of its own.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    public async Task<TResult> RunAsync(TKey key, Func<CancellationToken, Task<TResult>> start, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Work work;
        lock (_works)
        {
            if (!_works.TryGetValue(key, out work!))
            {
                _works[key] = work = new Work();
                var started = work;
                work.Result = Task.Run(() => RunWorkAsync(key, started, start), CancellationToken.None);
            }

            work.Waiters++;
        }

        try
        {
            return await work.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(key, work);
        }
    }

    /// <summary>The keys of the work under way, for people who ask what is going on.</summary>
    public IReadOnlyCollection<TKey> Running()
    {
        lock (_works)
        {
            return [.. _works.Keys];
        }
    }

    private async Task<TResult> RunWorkAsync(TKey key, Work work, Func<CancellationToken, Task<TResult>> start)
    {
        try
        {
            return await start(work.Cancellation.Token);
        }
        finally
        {
            lock (_works)
            {
                if (_works.TryGetValue(key, out var current) && current == work)
                {
                    _works.Remove(key);
                }
            }
        }
    }

    private void Leave(TKey key, Work work)
    {
        lock (_works)
        {
            work.Waiters--;
            if (work.Waiters > 0 || work.Result.IsCompleted || abandoned == AbandonedWork.GoesOn)
            {
                return;
            }

            // A later caller must not join what is being cancelled.
            if (_works.TryGetValue(key, out var current) && current == work)
            {
                _works.Remove(key);
            }
        }

        work.Cancellation.Cancel();
    }

    private sealed class Work
    {
        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult> Result { get; set; } = null!;

        public int Waiters { get; set; }
    }
}

/// <summary>What becomes of work whose last waiter has gone.</summary>
public enum AbandonedWork
{
    /// <summary>It ends by itself: a retry of the caller finds it or its result.</summary>
    GoesOn,
    IsCancelled,
}
