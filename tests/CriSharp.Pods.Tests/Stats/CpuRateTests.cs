using CriSharp.Pods.Stats;
using CriSharp.TestSupport;

namespace CriSharp.Pods.Tests.Stats;

public sealed class CpuRateTests
{
    private readonly JumpingClock _clock = new();
    private readonly CpuRate _rate = new();

    [Fact]
    public void Next_AtTheFirstLook_IsNotKnown() => Assert.Null(Look(5_000_000_000));

    [Fact]
    public void Next_AtTheSecondLook_IsWhatWasUsedPerSecond()
    {
        Look(1_000_000_000);
        _clock.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(1_500_000_000UL, Look(16_000_000_000));

        _clock.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(0UL, Look(16_000_000_000));
    }

    [Fact]
    public void Next_WhenTheClockIsSet_CountsByTheOtherOne()
    {
        Look(0);
        _clock.Pass(TimeSpan.FromSeconds(1));
        _clock.Jump(TimeSpan.FromHours(-24));

        Assert.Equal(250UL, Look(250));
    }

    [Fact]
    public void Next_RightAfterALook_IsThatOnesRate()
    {
        Look(0);
        _clock.Pass(TimeSpan.FromMilliseconds(10));
        Assert.Null(Look(10_000_000));

        _clock.Pass(TimeSpan.FromMilliseconds(990));
        Assert.Equal(500_000_000UL, Look(500_000_000));

        _clock.Pass(TimeSpan.FromMilliseconds(10));
        Assert.Equal(500_000_000UL, Look(510_000_000));
    }

    [Fact]
    public void Next_WhenTheCountBeginsAnew_IsNotKnown()
    {
        Look(9_000);
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(Look(100));

        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(400UL, Look(500));
    }

    private ulong? Look(ulong used) => _rate.Next(used, _clock.GetTimestamp(), _clock);
}
