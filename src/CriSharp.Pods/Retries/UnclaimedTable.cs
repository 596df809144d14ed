using System.Collections.Concurrent;
using CriSharp.Primitives;

namespace CriSharp.Pods.Retries;

/// <summary>
/// What was made for callers that had gone before they were told of it: kept for their retry, then given up. Whoever comes first, retry
/// or expiry, has it.
/// </summary>
/// <param name="keep">How long a retry may take to come.</param>
internal sealed class UnclaimedTable<TId>(string noun, TimeSpan keep, TimeProvider time)
    where TId : notnull
{
    private readonly ConcurrentDictionary<TId, bool> _isExpired = new();

    /// <summary>Gives it up after a while, unless it is claimed before.</summary>
    /// <param name="giveUpAsync">Handles its own failures.</param>
    public async Task KeepAsync(TId id, Func<Task> giveUpAsync)
    {
        if (!_isExpired.TryAdd(id, false))
        {
            return;
        }

        await Task.Delay(keep, time);
        if (!_isExpired.TryUpdate(id, true, false))
        {
            return;
        }

        await giveUpAsync();
        _isExpired.TryRemove(id, out _);
    }

    /// <returns>Whether it was unclaimed until now.</returns>
    /// <exception cref="RuntimeException">Unavailable: nobody came for it in time, and it is being removed.</exception>
    public bool Claim(TId id)
    {
        if (_isExpired.TryRemove(new KeyValuePair<TId, bool>(id, false)))
        {
            return true;
        }

        return _isExpired.ContainsKey(id)
            ? throw new RuntimeException(
                ErrorKind.Unavailable, $"{noun} {id} was kept {keep.TotalSeconds:0} s for whoever had asked for it, and is being removed now: try again")
            : false;
    }
}
