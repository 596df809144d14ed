using System.Text;
using CriSharp.Ctl.Running;
using CriSharp.Ctl.Streaming;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Tests;

public class StreamingTests
{
    [Theory]
    [InlineData("""{"metadata":{},"status":"Success"}""", 0)]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}""", 7)]
    public void End_OfACommand_IsItsExitCode(string status, int code) => Assert.Equal(code, CommandEnd.Read(Encoding.UTF8.GetBytes(status)));

    [Theory]
    [InlineData("""{"status":"Failure","reason":"InternalError","message":"no such program"}""", "no such program")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":7}""", "without a reason")]
    [InlineData("", "without a word")]
    [InlineData("words, no JSON", "words, no JSON")]
    [InlineData("[1]", "without a reason")]
    public void End_OfWhatFailed_IsToldInTheRuntimesWords(string status, string words) =>
        Assert.Contains(words, Assert.Throws<RuntimeException>(() => CommandEnd.Read(Encoding.UTF8.GetBytes(status))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("8080:80", 8080, 80)]
    [InlineData("80", 80, 80)]
    [InlineData(":80", 0, 80)]
    public void Ports_WhenTyped_AreRead(string typed, int local, int remote) => Assert.Equal(new ForwardedPorts(local, remote), ForwardedPorts.Parse(typed));

    [Theory]
    [InlineData("")]
    [InlineData("a:80")]
    [InlineData("80:")]
    [InlineData("0:80")]
    [InlineData("80:65536")]
    [InlineData("1:2:3")]
    [InlineData("-1:80")]
    public void Ports_WhenMalformed_AreRefused(string typed) =>
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => ForwardedPorts.Parse(typed)).Kind);
}
