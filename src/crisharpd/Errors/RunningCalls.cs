using System.Collections.Concurrent;

namespace CriSharp.Daemon.Errors;

/// <summary>The calls under way, by name: what a stop waits for, and what it ends.</summary>
internal sealed class RunningCalls
{
    private readonly ConcurrentDictionary<Call, byte> _calls = new();

    /// <summary>The daemon stops: a call that is cancelled from now on is so by us.</summary>
    public bool AreEnding { get; private set; }

    public IReadOnlyList<string> Names => [.. _calls.Keys.Select(call => call.Name).Order(StringComparer.Ordinal)];

    /// <summary>The call is under way until what is returned is disposed of.</summary>
    public IDisposable Begin(string name)
    {
        var call = new Call(this, name);
        _calls[call] = 0;
        return call;
    }

    public void End() => AreEnding = true;

    private sealed class Call(RunningCalls calls, string name) : IDisposable
    {
        public string Name { get; } = name;

        public void Dispose() => calls._calls.TryRemove(this, out _);
    }
}
