using System.Collections;

namespace CriSharp.Daemon.Errors;

/// <summary>What the log's lines of one call have in common.</summary>
/// <param name="request">Id of the call.</param>
/// <param name="trace">Id of its trace; null where there is none.</param>
internal sealed class CallScope(string request, string? trace) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public int Count => trace is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] => index == 0 ? new("request", request) : new("trace", trace);

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => trace is null ? $"request={request}" : $"request={request} trace={trace}";
}
