using System.Text;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests.Sessions;

public sealed class CommandStatusTests
{
    [Theory]
    [InlineData(0, """{"metadata":{},"status":"Success"}""")]
    [InlineData(3, """{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""")]
    public void Exit_AsAStatus_IsWhatClientsParse(int code, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(CommandStatus.OfExit(code, asStatus: true)));

    [Fact]
    public void Exit_BeforeV4_IsWordsOfAFailureOnly()
    {
        Assert.Empty(CommandStatus.OfExit(0, asStatus: false));
        Assert.Equal("command terminated with non-zero exit code: exit status 7", Encoding.UTF8.GetString(CommandStatus.OfExit(7, asStatus: false)));
    }

    [Fact]
    public void Failure_TellsItsWords_WhateverIsInThem()
    {
        Assert.Equal(
            """{"metadata":{},"status":"Failure","message":"Internal error occurred: no \u0022x\u0022","reason":"InternalError","details":{"causes":[{"message":"no \u0022x\u0022"}]},"code":500}""",
            Encoding.UTF8.GetString(CommandStatus.OfFailure("no \"x\"", asStatus: true)));
        Assert.Equal("no \"x\"", Encoding.UTF8.GetString(CommandStatus.OfFailure("no \"x\"", asStatus: false)));
    }
}
