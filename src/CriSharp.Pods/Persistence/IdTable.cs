using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CriSharp.Primitives;

namespace CriSharp.Pods.Persistence;

/// <summary>Things by their id, which people may shorten. Read without a lock.</summary>
internal sealed class IdTable<T>(string noun)
    where T : class
{
    private readonly ConcurrentDictionary<string, T> _things = new(StringComparer.Ordinal);

    public ICollection<T> All => _things.Values;

    /// <summary>Without a copy or a lock; what comes or goes meanwhile may be among them.</summary>
    public IEnumerable<T> Each
    {
        get
        {
            foreach (var entry in _things)
            {
                yield return entry.Value;
            }
        }
    }

    public bool Contains(string id) => _things.ContainsKey(id);

    public void Add(string id, T thing) => _things[id] = thing;

    /// <returns>What it was; null where there was none.</returns>
    public T? Remove(string id) => _things.TryRemove(id, out var thing) ? thing : null;

    /// <summary>By the whole id, or by a beginning of it that fits exactly one.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: empty, or several fit.</exception>
    public bool TryFind(string id, [NotNullWhen(true)] out T? thing)
    {
        if (string.IsNullOrEmpty(id))
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the id of the {noun} is empty");
        }

        if (_things.TryGetValue(id, out thing))
        {
            return true;
        }

        var fitting = _things.Where(entry => entry.Key.StartsWith(id, StringComparison.Ordinal)).Take(2).ToArray();
        if (fitting.Length > 1)
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, $"the id {Shorten(id)} fits more than one {noun}: give more digits of it");
        }

        thing = fitting.FirstOrDefault().Value;
        return thing is not null;
    }

    /// <exception cref="RuntimeException">NotFound; InvalidArgument as above.</exception>
    public T Get(string id) => TryFind(id, out var thing)
        ? thing
        : throw new RuntimeException(ErrorKind.NotFound, $"there is no {noun} with the id {Shorten(id)}");

    private static string Shorten(string id) => id.Length <= 80 ? id : id[..80] + "...";
}
