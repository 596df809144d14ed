using System.Collections;

namespace CriSharp.Daemon.Errors;

/// <summary>What the log's lines of one call have in common.</summary>
/// <param name="id">The call's.</param>
/// <param name="trace">Id of its trace; null where there is none.</param>
internal sealed class CallScope(string id, string? trace) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => trace is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] => index == 0 ? new("request", id) : new("trace", trace);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => trace is null ? $"request={id}" : $"request={id} trace={trace}";
}
