namespace CriSharp.Primitives;

/// <summary>One lock per key, held exclusively or shared; a key that nobody holds or awaits costs nothing. First come, first served.</summary>
public sealed class KeyedLock<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, Entry> _entries = [];

    /// <exception cref="OperationCanceledException">The token fired before the lock was free.</exception>
    public Task<IDisposable> LockAsync(TKey key, CancellationToken cancellationToken) => AcquireAsync(key, shared: false, cancellationToken);

    /// <summary>Many shared holders go side by side; an exclusive one waits for them all.</summary>
    public Task<IDisposable> LockSharedAsync(TKey key, CancellationToken cancellationToken) => AcquireAsync(key, shared: true, cancellationToken);

    private async Task<IDisposable> AcquireAsync(TKey key, bool shared, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out var entry))
            {
                _entries[key] = entry = new Entry();
            }

            if (entry.Waiters.Count == 0 && entry.Admits(shared))
            {
                entry.Hold(shared);
                return new Holder(this, key, shared);
            }

            waiter = new Waiter(shared);
            entry.Waiters.AddLast(waiter);
        }

        await using var registration = cancellationToken.Register(() => Abandon(key, waiter, cancellationToken));
        await waiter.Turn.Task;
        return new Holder(this, key, shared);
    }

    private void Abandon(TKey key, Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_entries)
        {
            if (!_entries.TryGetValue(key, out var entry) || !entry.Waiters.Remove(waiter))
            {
                return;
            }

            // An exclusive waiter that gives up may have been all that kept shared ones behind it waiting.
            Admit(key, entry);
        }

        waiter.Turn.TrySetCanceled(cancellationToken);
    }

    private void Release(TKey key, bool shared)
    {
        lock (_entries)
        {
            var entry = _entries[key];
            entry.Let(shared);
            Admit(key, entry);
        }
    }

    private void Admit(TKey key, Entry entry)
    {
        while (entry.Waiters.First is { } first && entry.Admits(first.Value.Shared))
        {
            entry.Waiters.RemoveFirst();
            entry.Hold(first.Value.Shared);
            first.Value.Turn.TrySetResult();
        }

        if (entry.IsFree)
        {
            _entries.Remove(key);
        }
    }

    private sealed class Waiter(bool shared)
    {
        public bool Shared { get; } = shared;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Entry
    {
        private int _sharedHolders;
        private bool _held;

        public LinkedList<Waiter> Waiters { get; } = new();

        public bool IsFree => !_held && _sharedHolders == 0 && Waiters.Count == 0;

        public bool Admits(bool shared) => !_held && (shared || _sharedHolders == 0);

        public void Hold(bool shared)
        {
            if (shared)
            {
                _sharedHolders++;
                return;
            }

            _held = true;
        }

        public void Let(bool shared)
        {
            if (shared)
            {
                _sharedHolders--;
                return;
            }

            _held = false;
        }
    }

    private sealed class Holder(KeyedLock<TKey> owner, TKey key, bool shared) : IDisposable
    {
        private KeyedLock<TKey>? _owner = owner;

        public void Dispose() => Interlocked.Exchange(ref _owner, null)?.Release(key, shared);
    }
}
