using CriSharp.Daemon.Errors;
using CriSharp.Daemon.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Daemon.Tests;

public sealed class LogStyleTests
{
    /// <summary>The variable stays where a service starts a program with its standard error elsewhere.</summary>
    [Theory]
    [InlineData("66306:12345", true)]
    [InlineData("66306:12346", false)]
    [InlineData("66307:12345", false)]
    [InlineData("66306", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Journal_WhenNamed_IsTheOneWithThatDeviceAndInode(string? stream, bool isJournal) =>
        Assert.Equal(isJournal, LogStyle.IsJournal(stream, (66306, 12345)));

    [Fact]
    public void Journal_WhenStandardErrorIsClosed_IsNowhere() => Assert.False(LogStyle.IsJournal("66306:12345", null));

    /// <summary>As stat -c %d has them.</summary>
    [Theory]
    [InlineData("xterm-256color", null, true)]
    [InlineData("xterm", "", true)]
    [InlineData("xterm", "1", false)]
    [InlineData("dumb", null, false)]
    [InlineData("", null, false)]
    [InlineData(null, null, false)]
    public void Colours_WhenAskedFor_AreThoseOfATerminalThatHasThem(string? term, string? noColor, bool wants) =>
        Assert.Equal(wants, LogStyle.WantsColours(name => name == "TERM" ? term : name == "NO_COLOR" ? noColor : null));

    [Theory]
    [InlineData(true, false, "<4>2026")]
    [InlineData(false, true, "Z \e[33mwarn\e[0m Pull: ")]
    public void Line_WhenWritten_HasPriorityOrColour(bool hasPriorities, bool hasColours, string part) =>
        Assert.Contains(part, Line(new LogStyle(hasPriorities, hasColours), new CallScope("0a1b", null)), StringComparison.Ordinal);

    [Fact]
    public void Line_WhenWithinACall_TellsItsIdAndItsTrace() =>
        Assert.EndsWith("words request=0a1b trace=cdef\n", Line(LogStyle.Plain, new CallScope("0a1b", "cdef")), StringComparison.Ordinal);

    private static string Line(LogStyle style, CallScope scope)
    {
        var scopes = new LoggerExternalScopeProvider();
        using var _ = scopes.Push(scope);
        var text = new StringWriter();
        new EventLineFormatter(new Clock(), style).Write(
            new LogEntry<string>(LogLevel.Warning, "CriSharp.Images.Pull", 1, "words", null, (state, _) => state), scopes, text);
        return text.ToString();
    }

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    }
}
