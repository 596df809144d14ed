using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.Ctl.Commands;
using CriSharp.Ctl.Output;

namespace CriSharp.Ctl.Tests;

/// <summary>What people see on their terminals.</summary>
public class PeopleTests
{
    [Theory]
    [InlineData("plain, with umlauts: äöü", "plain, with umlauts: äöü")]
    [InlineData("a\u001b[2Jb", "a\\x1b[2Jb")]
    [InlineData("c1 \u009b31m", "c1 \\x9b31m")]
    [InlineData("two\nlines\ttab", "two\\x0alines\\x09tab")]
    [InlineData("exe\u202egpj", "exe\\u202egpj")]
    public void Text_WhenItWouldControlATerminal_IsWrittenOut(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    [Theory]
    [InlineData(true, "xterm", null, true)]
    [InlineData(true, "xterm", "", true)]
    [InlineData(true, "xterm", "1", false)]
    [InlineData(true, "dumb", null, false)]
    [InlineData(true, null, null, false)]
    [InlineData(false, "xterm", null, false)]
    public void States_WhenPrinted_HaveColoursOnlyWhereTheyAreWanted(bool isTerminal, string? terminal, string? noColor, bool coloured)
    {
        var paint = Paint.For(isTerminal, name => name switch { "TERM" => terminal, "NO_COLOR" => noColor, _ => null });

        Assert.Equal(coloured ? "\u001b[32mRunning\u001b[0m" : "Running", paint.State("Running"));
        Assert.Equal("web", paint.State("web"));
    }

    [Fact]
    public void Tables_WhenColoured_StayAligned()
    {
        var table = new Table("STATE", "NAME");
        table.Add("Running", "Running");
        table.Add("Exited", "b");

        Assert.Equal(
            ["STATE     NAME", "\u001b[32mRunning\u001b[0m   Running", "\u001b[33mExited\u001b[0m    b"],
            table.Lines(Paint.For(isTerminal: true, name => name == "TERM" ? "xterm" : null)));
    }

    [Fact]
    public void Events_WhenShown_TellWhatEndedHow()
    {
        var happened = new ContainerEventResponse
        {
            ContainerId = "c1",
            ContainerEventType = ContainerEventType.ContainerStoppedEvent,
            CreatedAt = 1_700_000_000_123_000_000,
            PodSandboxStatus = new PodSandboxStatus { Id = "p1", Metadata = new PodSandboxMetadata { Name = "web\u001b[31m", Namespace = "default" } },
            ContainersStatuses = { new ContainerStatus { Id = "c1", Metadata = new ContainerMetadata { Name = "main" }, State = ContainerState.ContainerExited, ExitCode = 137, Reason = "OOMKilled" } },
        };

        Assert.Equal("2023-11-14T22:13:20.123Z stopped c1 container main of default/web\\x1b[31m exit code 137 OOMKilled", EventsCommand.Line(happened, Paint.None));
        happened.ContainerId = "p1";
        Assert.EndsWith("stopped p1 pod of default/web\\x1b[31m", EventsCommand.Line(happened, Paint.None), StringComparison.Ordinal);
    }

    [Fact]
    public void VerboseAnswers_WhenPrinted_AreOneDocument()
    {
        var text = JsonText.OfVerbose(
            new ContainerStatus { Id = "c1", Message = "\u001b[31m ü" },
            new Dictionary<string, string> { ["info"] = "{\"pid\":7}", ["words"] = "no JSON" });

        using var document = JsonDocument.Parse(text);
        Assert.Equal("c1", document.RootElement.GetProperty("status").GetProperty("id").GetString());
        Assert.Equal(7, document.RootElement.GetProperty("info").GetProperty("pid").GetInt32());
        Assert.Equal("no JSON", document.RootElement.GetProperty("words").GetString());
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("ü", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Inspect_WhenSeveralHaveTheName_TakesTheContainerUnlessToldOtherwise()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        Assert.Contains("\"id\": \"abc1\"", (await server.CtlAsync("inspect", "web")).Output, StringComparison.Ordinal);
        Assert.Contains("\"id\": \"pod1\"", (await server.CtlAsync("inspect", "web", "--type", "pod")).Output, StringComparison.Ordinal);
        Assert.Equal(4, (await server.CtlAsync("inspect", "nobody", "--type", "pod")).ExitCode);
        Assert.Equal(2, (await server.CtlAsync("inspect", "web", "--type", "thing")).ExitCode);
    }

    [Fact]
    public async Task Completion_WhenNamesAreWanted_AsksTheRuntime()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");
        server.Runtime.AddRunning("pod2", "abc2", "we b");

        Assert.Equal("web\n", (await server.CtlAsync("__complete", "--", "--endpoint", server.Socket, "logs", "we")).Output);
    }

    [Fact]
    public async Task Completion_WhenNobodyAnswers_IsSilent()
    {
        var outcome = await FakeCriServer.CtlAsync("/nonexistent", "/nonexistent", "__complete", "--", "--endpoint", "/nonexistent/socket", "logs", "");

        Assert.Equal((0, "", ""), (outcome.ExitCode, outcome.Output, outcome.Error));
    }

    [Fact]
    public async Task Stop_WhenJsonIsWanted_PrintsAnArrayOfIds()
    {
        await using var server = await FakeCriServer.StartAsync();
        server.Runtime.AddRunning("pod1", "abc1", "web");

        using var ids = JsonDocument.Parse((await server.CtlAsync("stop", "abc1", "--json")).Output);
        Assert.Equal("abc1", Assert.Single(ids.RootElement.EnumerateArray()).GetString());
    }
}
