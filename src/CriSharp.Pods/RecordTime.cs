namespace CriSharp.Pods;

/// <summary>The wall clock may be set back; things that follow each other must not seem to have come the other way round.</summary>
internal static class RecordTime
{
    /// <returns>Now, or the least time after all the earlier ones.</returns>
    public static DateTimeOffset After(IEnumerable<DateTimeOffset> earlier, DateTimeOffset now)
    {
        var last = earlier.DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        return now > last ? now : last.AddTicks(1);
    }
}
