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
            var isThere = _works.TryGetValue(key, out work!);
            if (!isThere || work.IsAbandoned)
            {
                var earlier = isThere ? work.Result : null;
                _works[key] = work = new Work();
                var started = work;
                work.Result = Task.Run(() => RunWorkAsync(key, started, earlier, start), CancellationToken.None);
            }

            work.Waiters++;
        }

        try
        {
            return await work.Result.WaitAsync(cancellationToken);
        }
        finally
        {
            Leave(work);
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

    private async Task<TResult> RunWorkAsync(TKey key, Work work, Task? earlier, Func<CancellationToken, Task<TResult>> start)
    {
        try
        {
            if (earlier is not null)
            {
                // Cancelled work takes a while to end; its successor must not meet it. How it ended is nobody's concern any more.
                await Task.WhenAny(earlier);
                work.Cancellation.Token.ThrowIfCancellationRequested();
            }

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

    private void Leave(Work work)
    {
        lock (_works)
        {
            work.Waiters--;
            if (work.Waiters > 0 || work.Result.IsCompleted || abandoned == AbandonedWork.GoesOn)
            {
                return;
            }

            // It stays in its place until it has ended, but no later caller joins it.
            work.IsAbandoned = true;
        }

        work.Cancellation.Cancel();
    }

    private sealed class Work
    {
        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult> Result { get; set; } = null!;

        public int Waiters { get; set; }

        /// <summary>Its last waiter has gone, and it is being cancelled.</summary>
        public bool IsAbandoned { get; set; }
    }
}

/// <summary>What becomes of work whose last waiter has gone.</summary>
public enum AbandonedWork
{
    /// <summary>It ends by itself: a retry of the caller finds it or its result.</summary>
    GoesOn,
    IsCancelled,
}
