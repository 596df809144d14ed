namespace CriSharp.Pods.Stats;

/// <summary>How fast something uses processors: from what it had used when it was last looked at.</summary>
internal sealed class CpuRate
{
    /// <summary>Several may ask at once: between two looks so near to each other lies little but chance.</summary>
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(500);

    private Sample? _last;

    /// <param name="usedNanoseconds">Of all processors, since the beginning.</param>
    /// <param name="timestamp">When that was, by the monotonic clock.</param>
    /// <returns>Nanoseconds of processors in each second; null at the first look, and after the count has begun anew.</returns>
    public ulong? Next(ulong usedNanoseconds, long timestamp, TimeProvider time)
    {
        var last = Volatile.Read(ref _last);
        if (last is null || usedNanoseconds < last.UsedNanoseconds)
        {
            Volatile.Write(ref _last, new Sample(usedNanoseconds, timestamp, Rate: null));
            return null;
        }

        var elapsed = time.GetElapsedTime(last.Timestamp, timestamp);
        if (elapsed < LeastInterval)
        {
            return last.Rate;
        }

        var rate = (ulong)((usedNanoseconds - last.UsedNanoseconds) / elapsed.TotalSeconds);
        Volatile.Write(ref _last, new Sample(usedNanoseconds, timestamp, rate));
        return rate;
    }

    private sealed record Sample(ulong UsedNanoseconds, long Timestamp, ulong? Rate);
}
