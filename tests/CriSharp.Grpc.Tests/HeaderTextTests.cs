using CriSharp.Grpc.Wire;

namespace CriSharp.Grpc.Tests;

public sealed class HeaderTextTests
{
    [Theory]
    [InlineData("1S", 10_000_000L)]
    [InlineData("250m", 2_500_000L)]
    [InlineData("100u", 1_000L)]
    [InlineData("100n", 1L)]
    [InlineData("2M", 1_200_000_000L)]
    [InlineData("1H", 36_000_000_000L)]
    [InlineData("0S", 0L)]
    public void Timeout_WhenWellFormed_IsRead(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("+1S")]
    [InlineData("1 S")]
    [InlineData("123456789m")]
    public void Timeout_WhenMalformed_IsRefused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void Timeout_WhenLongerThanATimerRuns_IsCut()
    {
        Assert.True(GrpcTimeout.TryParse("99999999H", out var timeout));
        using var timer = TimeProvider.System.CreateTimer(_ => { }, null, timeout, Timeout.InfiniteTimeSpan);
    }

    [Theory]
    [InlineData(10L, "1u")]
    [InlineData(1L, "1u")]
    [InlineData(-5L, "1u")]
    [InlineData(10_000_000L, "1000000u")]
    [InlineData(36_000_000_000L, "3600000m")]
    public void Timeout_WhenWritten_UsesTheFinestUnitThatFits(long ticks, string text) =>
        Assert.Equal(text, GrpcTimeout.Format(TimeSpan.FromTicks(ticks)));

    [Fact]
    public void Timeout_WhenWrittenAndReadAgain_IsNeverShorter()
    {
        foreach (var ticks in new long[] { 1, 9_999_999, 123_456_789_012, TimeSpan.FromDays(40).Ticks + 1 })
        {
            Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(TimeSpan.FromTicks(ticks)), out var read));
            Assert.True(read.Ticks >= ticks);
        }
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("50%", "50%25")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("ä", "%C3%A4")]
    [InlineData("~ !", "~ !")]
    public void Message_WhenEncoded_IsAsTheProtocolSays(string text, string encoded)
    {
        Assert.Equal(encoded, PercentEncoding.Encode(text));
        Assert.Equal(text, PercentEncoding.Decode(encoded));
    }

    [Theory]
    [InlineData("50%", "50%")]
    [InlineData("%zz%4", "%zz%4")]
    [InlineData("%41%", "A%")]
    public void Message_WhenBadlyEncoded_IsTakenAsItIs(string encoded, string text) => Assert.Equal(text, PercentEncoding.Decode(encoded));
}
