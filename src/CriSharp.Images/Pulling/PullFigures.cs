using CriSharp.Primitives;

namespace CriSharp.Images.Pulling;

/// <summary>What has become of all pulls so far. Callers that share one pull are one.</summary>
public sealed class PullFigures
{
    private readonly long[] _ends = new long[Enum.GetValues<PullEnd>().Length];
    private readonly long[] _failures = new long[Enum.GetValues<ErrorKind>().Length];
    private long _bytes;
    private long _fetched;
    private long _reused;

    /// <summary>Of pulls that fetched something and came to their end.</summary>
    public DurationHistogram Durations { get; } = new(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800);

    /// <summary>Compressed bytes of layers that came from registries, also for pulls that failed.</summary>
    public long BytesFetched => Volatile.Read(ref _bytes);

    public long LayersFetched => Volatile.Read(ref _fetched);

    /// <summary>Layers that pulls found on the disk, or that another pull brought.</summary>
    public long LayersReused => Volatile.Read(ref _reused);

    public long Of(PullEnd end) => Volatile.Read(ref _ends[(int)end]);

    public long FailuresOf(ErrorKind kind) => Volatile.Read(ref _failures[(int)kind]);

    internal void Pulled(TimeSpan duration)
    {
        Durations.Add(duration);
        Add(PullEnd.Pulled);
    }

    internal void Add(PullEnd end) => Interlocked.Increment(ref _ends[(int)end]);

    internal void Fail(ErrorKind kind)
    {
        Interlocked.Increment(ref _failures[(int)kind]);
        Add(PullEnd.Failed);
    }

    internal void AddLayers(IReadOnlyList<LayerTracker> layers)
    {
        Interlocked.Add(ref _bytes, layers.Sum(layer => layer.BytesFetched));
        Interlocked.Add(ref _fetched, layers.Count(layer => layer is { IsDone: true, BytesFetched: > 0 }));
        Interlocked.Add(ref _reused, layers.Count(layer => layer is { IsDone: true, BytesFetched: 0 }));
    }
}

/// <summary>How a pull ends.</summary>
public enum PullEnd
{
    /// <summary>The image is new here, or its name stands for another one now.</summary>
    Pulled,

    /// <summary>It was here already, as the registry has it.</summary>
    Present,

    /// <summary>All who wanted it have gone.</summary>
    Cancelled,

    Failed,
}
