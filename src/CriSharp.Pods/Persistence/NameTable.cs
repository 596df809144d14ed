namespace CriSharp.Pods.Persistence;

/// <summary>Which id holds a name. Reserved before anything is made, released when the thing is gone or could not be made.</summary>
internal sealed class NameTable<TKey>
    where TKey : notnull
{
    private readonly Dictionary<TKey, string> _holders = [];

    /// <returns>Null when the name is ours now, otherwise the id that holds it.</returns>
    public string? TryReserve(TKey name, string id)
    {
        lock (_holders)
        {
            return _holders.TryAdd(name, id) ? null : _holders[name];
        }
    }

    public string? HolderOf(TKey name)
    {
        lock (_holders)
        {
            return _holders.GetValueOrDefault(name);
        }
    }

    /// <summary>Whether the id holds any name: its thing is being made, is there, or is being removed.</summary>
    public bool IsHolder(string id)
    {
        lock (_holders)
        {
            return _holders.ContainsValue(id);
        }
    }

    /// <summary>Only the holder can release: a late rollback must not free its successor's name.</summary>
    public void Release(TKey name, string id)
    {
        lock (_holders)
        {
            if (_holders.TryGetValue(name, out var holder) && holder == id)
            {
                _holders.Remove(name);
            }
        }
    }
}
