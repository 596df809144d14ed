using CriSharp.Admin;

namespace CriSharp.Ctl.Tests;

public class AuditCommandTests
{
    private static readonly DateTimeOffset At = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Audit_WhenNothingIsFound_SaysSoAndEndsWell()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);

        var outcome = await server.CtlAsync("audit");

        Assert.Equal((0, "nothing is left over\n"), (outcome.ExitCode, outcome.Output));
    }

    [Fact]
    public async Task Audit_WhenSomethingIsFound_ListsItWithItsReasonAndEndsWithOne()
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Audit = Document(Finding(FindingState.Removable) with { Since = At.AddMinutes(-3) }, Finding(FindingState.RemovableOnRequest) with { Kind = "address" });

        var outcome = await server.CtlAsync("audit");
        var json = await server.CtlAsync("audit", "--json");

        Assert.Equal((1, 1), (outcome.ExitCode, json.ExitCode));
        var lines = outcome.Output.Split('\n');
        Assert.Matches("^mount +/run/x +3 minutes +goes by itself +nobody owns it$", lines[1]);
        Assert.Matches("^address +/run/x +- +goes with --fix +nobody owns it$", lines[2]);
        Assert.Contains("\"state\":\"Removable\"", json.Output);
    }

    [Theory]
    [InlineData(FindingState.Removed, 0, "removed")]
    [InlineData(FindingState.Stays, 1, "stays")]
    public async Task Fix_WhenItIsDone_ListsWhatBecameOfEach(FindingState state, int exitCode, string word)
    {
        await using var server = await FakeCriServer.StartAsync(withAdminSocket: true);
        server.Fixed = Document(Finding(state) with { StaysBecause = state == FindingState.Stays ? "it is busy" : "" });

        var outcome = await server.CtlAsync("audit", "--fix");

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(word, outcome.Output);
        Assert.Equal(state == FindingState.Stays, outcome.Output.Contains("nobody owns it; it is busy", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Audit_WhenTheRuntimeHasNoAdminSocket_SaysSo()
    {
        await using var server = await FakeCriServer.StartAsync();

        var outcome = await server.CtlAsync("audit");

        Assert.Equal(3, outcome.ExitCode);
        Assert.Contains("admin.sock", outcome.Error);
    }

    private static AuditDocument Document(params FindingDocument[] findings) => new() { At = At, Findings = findings };

    private static FindingDocument Finding(FindingState state) => new() { Kind = "mount", Subject = "/run/x", Reason = "nobody owns it", State = state };
}
