namespace CriSharp.Primitives;

/// <summary>
/// Joins equal requests: the first starts the work, later ones await the same result, each with its own cancellation.
/// What happens to work that nobody awaits any more is the choice of <see cref="AbandonedWork"/>.
/// </summary>
public sealed class Coalescer<TKey, TResult>(AbandonedWork abandoned)
    where TKey : notnull
{
    private readonly Dictionary<TKey, Work> _works = [];

    /// <summary>How long abandoned work goes on before it is cancelled: a caller whose time was over often comes back at once.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.Zero;

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Called with a result that no caller has been told.</summary>
    public Action<TKey, TResult>? OnUnclaimed { get; init; }

    /// <summary>Called with a failure that no caller has been told.</summary>
    public Action<TKey, Exception>? OnUnheard { get; init; }

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
                _ = ReportUnclaimedAsync(key, started);
            }

            work.Waiters++;
        }

        try
        {
            var result = await work.Result.WaitAsync(cancellationToken);
            work.IsClaimed = true;
            return result;
        }
        catch when (work.Result.IsFaulted)
        {
            work.IsClaimed = true;
            throw;
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
            if (work.Waiters > 0)
            {
                return;
            }

            if (work.Result.IsCompleted)
            {
                work.AllLeft.TrySetResult();
                return;
            }

            if (abandoned == AbandonedWork.GoesOn)
            {
                return;
            }

            if (Linger > TimeSpan.Zero)
            {
                _ = CancelLaterAsync(work);
                return;
            }

            // It stays in its place until it has ended, but no later caller joins it.
            work.IsAbandoned = true;
        }

        work.Cancellation.Cancel();
    }

    private async Task CancelLaterAsync(Work work)
    {
        var departure = ++work.Departures;
        await Task.WhenAny(work.Result, Task.Delay(Linger, Time));
        lock (_works)
        {
            if (work.Result.IsCompleted || work.Waiters > 0 || work.Departures != departure)
            {
                return;
            }

            work.IsAbandoned = true;
        }

        await work.Cancellation.CancelAsync();
    }

    private async Task ReportUnclaimedAsync(TKey key, Work work)
    {
        await Task.WhenAny(work.Result);
        lock (_works)
        {
            if (work.Waiters == 0)
            {
                work.AllLeft.TrySetResult();
            }
        }

        // Those that still wait are about to be told, or to go.
        await work.AllLeft.Task;
        if (work.IsClaimed)
        {
            return;
        }

        TResult result;
        try
        {
            result = await work.Result;
        }
        catch (Exception failure)
        {
            OnUnheard?.Invoke(key, failure);
            return;
        }

        OnUnclaimed?.Invoke(key, result);
    }

    private sealed class Work
    {
        public CancellationTokenSource Cancellation { get; } = new();

        public Task<TResult> Result { get; set; } = null!;

        public int Waiters { get; set; }

        /// <summary>How often its last waiter has gone: each time the linger begins anew.</summary>
        public int Departures { get; set; }

        /// <summary>Its last waiter has gone, and it is being cancelled.</summary>
        public bool IsAbandoned { get; set; }

        /// <summary>A caller has been told its end.</summary>
        public bool IsClaimed { get; set; }

        /// <summary>It has ended, and so have all waits for it.</summary>
        public TaskCompletionSource AllLeft { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What becomes of work whose last waiter has gone.</summary>
public enum AbandonedWork
{
    /// <summary>It ends by itself: a retry of the caller finds it or its result.</summary>
    GoesOn,

    /// <summary>After the linger.</summary>
    IsCancelled,
}
