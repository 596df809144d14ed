using System.Collections.Concurrent;
using CriSharp.Primitives;
using Grpc.Core;

namespace CriSharp.Daemon.Metrics;

/// <summary>How many calls of each method ended how, and how long they took. What is hot is counted without a lock and without memory.</summary>
internal sealed class CallFigures
{
    private readonly ConcurrentDictionary<string, CallFigure> _methods = new(StringComparer.Ordinal);

    /// <param name="method">/package.Service/Method: one that is served, so that there are not many.</param>
    public CallFigure Of(string method) => _methods.TryGetValue(method, out var known) ? known : _methods.GetOrAdd(method, path => new CallFigure(path));

    /// <summary>Those that were called at least once, by name.</summary>
    public IEnumerable<CallFigure> All => _methods.Values.OrderBy(figure => figure.Name, StringComparer.Ordinal);
}

/// <summary>The calls of one method.</summary>
internal sealed class CallFigure(string path)
{
    private const int Codes = (int)StatusCode.Unauthenticated + 1;

    private readonly long[] _ends = new long[Codes];

    /// <summary>"ListContainers"</summary>
    public string Name { get; } = path[(path.LastIndexOf('/') + 1)..];

    /// <summary>"runtime.v1.RuntimeService/ListContainers"</summary>
    public string Path { get; } = path.TrimStart('/');

    /// <summary>From a millisecond, as a list takes, to minutes, as a pull or the end of a container may.</summary>
    public DurationHistogram Durations { get; } = new(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300);

    public void Add(StatusCode code, TimeSpan duration)
    {
        Durations.Add(duration);
        Interlocked.Increment(ref _ends[(int)code]);
    }

    /// <summary>The codes with which it has ended at least once.</summary>
    public IEnumerable<(StatusCode Code, long Count)> Ends => _ends.Select((count, code) => ((StatusCode)code, count)).Where(end => end.count > 0);
}
