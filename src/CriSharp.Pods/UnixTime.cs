namespace CriSharp.Pods;

/// <summary>The CRI counts time in nanoseconds since 1970, UTC; 0 means "not yet".</summary>
internal static class UnixTime
{
    private const long NanosecondsPerTick = 100;

    public static long Nanoseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * NanosecondsPerTick;

    public static long Nanoseconds(DateTimeOffset? time) => time is { } known ? Nanoseconds(known) : 0;
}
