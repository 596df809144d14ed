namespace CriSharp.TestSupport;

/// <summary>A wall clock that somebody sets, forwards or back, while the monotonic one goes on by itself as told.</summary>
public sealed class JumpingClock : TimeProvider
{
    private DateTimeOffset _wall = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    private long _ticks = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _wall;

    public override long GetTimestamp() => _ticks;

    /// <summary>Both go on.</summary>
    public void Pass(TimeSpan time) => (_wall, _ticks) = (_wall + time, _ticks + time.Ticks);

    /// <summary>The wall clock alone is set.</summary>
    public void Jump(TimeSpan by) => _wall += by;
}
