using System.Globalization;

namespace CriSharp.Ctl.Output;

/// <summary>Times as people say them: "3 minutes ago".</summary>
internal sealed class Ages(TimeProvider time)
{
    /// <param name="nanoseconds">Since 1970; 0 or less: never.</param>
    public string Since(long nanoseconds) => nanoseconds <= 0 ? "-" : $"{Words(time.GetUtcNow() - At(nanoseconds))} ago";

    public static DateTimeOffset At(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    /// <summary>One unit, rounded down; a clock that was set back counts as no time at all.</summary>
    public static string Words(TimeSpan age) => age switch
    {
        { TotalSeconds: < 1 } => "less than a second",
        { TotalMinutes: < 1 } => Count(age.TotalSeconds, "second"),
        { TotalHours: < 1 } => Count(age.TotalMinutes, "minute"),
        { TotalDays: < 1 } => Count(age.TotalHours, "hour"),
        { TotalDays: < 14 } => Count(age.TotalDays, "day"),
        { TotalDays: < 61 } => Count(age.TotalDays / 7, "week"),
        { TotalDays: < 730 } => Count(age.TotalDays / 30.44, "month"),
        _ => Count(age.TotalDays / 365.25, "year"),
    };

    /// <summary>A duration that was measured: "0.34 s", "12.5 s", "3 min 20 s".</summary>
    public static string Measured(TimeSpan duration) => duration.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.00} s"),
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMinutes} min {duration.Seconds} s"),
    };

    private static string Count(double amount, string unit)
    {
        var whole = (long)amount;
        return whole == 1 ? $"1 {unit}" : string.Create(CultureInfo.InvariantCulture, $"{whole} {unit}s");
    }
}
