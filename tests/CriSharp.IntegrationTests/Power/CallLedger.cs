using System.Collections.Concurrent;

namespace CriSharp.IntegrationTests.Power;

/// <summary>What a caller knows of a thing: which of its calls were answered, and which are only under way.</summary>
internal enum Known
{
    BeingMade,
    There,
    BeingRemoved,
    Gone,
}

/// <param name="Step">Differs from that of any earlier state, of whatever thing.</param>
/// <param name="ExitCode">Null until the container was seen as ended.</param>
internal sealed record KnownThing(Known State, long Step, string? Id = null, int? ExitCode = null);

/// <summary>What the callers of a daemon know at each moment, by names that they chose themselves.</summary>
internal sealed class CallLedger
{
    private readonly ConcurrentDictionary<string, KnownThing> _things = new();
    private long _steps;

    public IReadOnlyDictionary<string, KnownThing> Copy() => new Dictionary<string, KnownThing>(_things);

    public async Task MakeAsync(string name, Func<Task<string>> makeAsync)
    {
        Become(name, Known.BeingMade, null);
        Become(name, Known.There, await makeAsync());
    }

    public async Task RemoveAsync(string name, Func<Task> removeAsync)
    {
        Become(name, Known.BeingRemoved, IdOf(name));
        await removeAsync();
        Become(name, Known.Gone, IdOf(name));
    }

    public void Ended(string name, int exitCode) => _things[name] = _things[name] with { ExitCode = exitCode };

    public string IdOf(string name) => _things[name].Id!;

    private void Become(string name, Known state, string? id) => _things[name] = new KnownThing(state, Interlocked.Increment(ref _steps), id);
}

/// <summary>A clone of the disk, and what the callers knew just before and just after it was made.</summary>
internal sealed record PowerCut(string Disk, IReadOnlyDictionary<string, KnownThing> Before, IReadOnlyDictionary<string, KnownThing> After)
{
    /// <summary>True: it must be there; false: it must not; null: a call about it was under way.</summary>
    public bool? MustBeThere(string name)
    {
        var (before, after) = (Before.GetValueOrDefault(name), After.GetValueOrDefault(name));
        return (before?.State, after?.State) switch
        {
            (Known.There, Known.There) when before!.Step == after!.Step => true,
            (Known.Gone, Known.Gone) when before!.Step == after!.Step => false,
            (null, null) => false,
            _ => null,
        };
    }
}
