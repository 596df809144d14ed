using System.Text;

namespace CriSharp.MonitorProtocol.Tests;

public class LogLineTests
{
    private static string Prefix(long nanoseconds, LogStream stream, bool partial)
    {
        var prefix = new LogPrefix();
        prefix.SetTime(nanoseconds);
        Span<byte> written = stackalloc byte[LogPrefix.LengthBytes];
        prefix.CopyTo(written, stream, partial);
        return Encoding.ASCII.GetString(written);
    }

    [Theory]
    [InlineData(0, LogStream.Stdout, false, "1970-01-01T00:00:00.000000000Z stdout F ")]
    [InlineData(1763706925123456789, LogStream.Stderr, true, "2025-11-21T06:35:25.123456789Z stderr P ")]
    [InlineData(951825599000000001, LogStream.Stdout, true, "2000-02-29T11:59:59.000000001Z stdout P ")]
    public void Prefix_WhenWritten_IsTheKnownText(long nanoseconds, LogStream stream, bool partial, string expected) =>
        Assert.Equal(expected, Prefix(nanoseconds, stream, partial));

    [Fact]
    public void Prefix_WhenTimeGoesOn_FollowsIt()
    {
        var prefix = new LogPrefix();
        var written = new byte[LogPrefix.LengthBytes];
        prefix.SetTime(59_999_999_999);
        prefix.SetTime(60_000_000_000);
        prefix.CopyTo(written, LogStream.Stdout, false);

        Assert.Equal("1970-01-01T00:01:00.000000000Z stdout F ", Encoding.ASCII.GetString(written));
    }

    [Theory]
    [InlineData("2025-11-21T06:35:25.123456789Z stdout F hello world\n", LogStream.Stdout, false, "hello world")]
    [InlineData("2025-11-21T06:35:25Z stderr P ", LogStream.Stderr, true, "")]
    [InlineData("2025-11-21T07:35:25.1+01:00 stderr F:x  two", LogStream.Stderr, false, " two")]
    public void TryParse_WhenALine_GivesItsParts(string line, LogStream stream, bool partial, string text)
    {
        Assert.True(LogLine.TryParse(Encoding.UTF8.GetBytes(line), out var parsed));
        Assert.Equal((stream, partial, text), (parsed.Stream, parsed.Partial, Encoding.UTF8.GetString(parsed.Text)));
        Assert.Equal(new DateTime(2025, 11, 21, 6, 35, 25), parsed.Time.UtcDateTime.AddTicks(-(parsed.Time.UtcTicks % TimeSpan.TicksPerSecond)));
    }

    [Fact]
    public void TryParse_WhenNineDigits_KeepsSeven()
    {
        Assert.True(LogLine.TryParse("2025-11-21T06:35:25.123456789Z stdout F x"u8, out var parsed));
        Assert.Equal(1234567, parsed.Time.UtcTicks % TimeSpan.TicksPerSecond);
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("2025-11-21T06:35:25Z stdin F x")]
    [InlineData("2025-11-21T06:35:25Z stdout X x")]
    [InlineData("2025-11-21T06:35:25Z stdout Fx x")]
    [InlineData("2025-11-21T06:35:25Z stdout F")]
    [InlineData("yesterday stdout F x")]
    public void TryParse_WhenNoLine_IsFalse(string line) => Assert.False(LogLine.TryParse(Encoding.UTF8.GetBytes(line), out _));
}
