using System.Text;
using System.Text.Json;

namespace CriSharp.MonitorProtocol.Tests;

public class LaunchReportTests
{
    [Fact]
    public void Format_WhenMade_IsTheKnownLine() => Assert.Equal("{\"pid\":42}\n", Encoding.UTF8.GetString(new LaunchReport(42, null).Format()));

    [Theory]
    [InlineData("runc create failed: exec: \"nosuch\": not found\nin $PATH")]
    [InlineData("")]
    [InlineData("tab\tbell\a back\\slash ü € 😀 } { , end")]
    public void Parse_WhenFailed_GivesTheRuntimesWords(string words)
    {
        var line = new LaunchReport(-1, words).Format();

        Assert.Equal(new LaunchReport(-1, words), LaunchReport.Parse(line));
        Assert.Equal(words, JsonDocument.Parse(line).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public void Format_WhenTheMessageIsLong_KeepsItsEnd()
    {
        var line = new LaunchReport(-1, new string('\u0001', 100_000) + "the cause").Format();

        Assert.True(line.Length <= LaunchReport.LongestLineBytes);
        Assert.EndsWith("the cause", LaunchReport.Parse(line).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"pid\":x}")]
    [InlineData("{\"pid\":1,\"message\":}")]
    [InlineData("{\"pid\":1,\"message\":\"\\u00\"}")]
    [InlineData("{\"pid\":1,\"message\":\"}")]
    public void Parse_WhenMalformed_Throws(string line) => Assert.Throws<FormatException>(() => LaunchReport.Parse(Encoding.UTF8.GetBytes(line)));
}
