namespace CriSharp.Primitives;

/// <summary>Counts how often something took how long. Counting takes no lock and no memory.</summary>
/// <param name="bounds">Upper bounds in seconds, rising; what took longer than the last is counted above it.</param>
public sealed class DurationHistogram(params IReadOnlyList<double> bounds)
{
    private readonly long[] _counts = new long[bounds.Count + 1];
    private long _ticks;

    public void Add(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        var bucket = 0;
        while (bucket < bounds.Count && seconds > bounds[bucket])
        {
            bucket++;
        }

        Interlocked.Increment(ref _counts[bucket]);
        Interlocked.Add(ref _ticks, duration.Ticks);
    }

    /// <returns>For each bound how many took no longer, then all of them under infinity; and the seconds of all together.</returns>
    public (IReadOnlyList<(double Bound, long Count)> Buckets, double SumSeconds) Read()
    {
        var buckets = new (double, long)[_counts.Length];
        var count = 0L;
        for (var bucket = 0; bucket < buckets.Length; bucket++)
        {
            count += Volatile.Read(ref _counts[bucket]);
            buckets[bucket] = (bucket < bounds.Count ? bounds[bucket] : double.PositiveInfinity, count);
        }

        return (buckets, TimeSpan.FromTicks(Volatile.Read(ref _ticks)).TotalSeconds);
    }
}
