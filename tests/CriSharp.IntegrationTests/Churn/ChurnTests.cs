using CriSharp.TestSupport.Churn;

namespace CriSharp.IntegrationTests.Churn;

/// <summary>A small soak; the large one is run by hand: dotnet run --project tests/CriSharp.Benchmarks -- soak.</summary>
public sealed class ChurnTests
{
    [Fact]
    public async Task Churn_WhileTheDaemonIsEndedAgainAndAgain_LosesNothing()
    {
        var (report, left) = await ChurnRun.RunAsync(new ChurnOptions { Pods = 60, Parallel = 6, Restarts = 8, Limit = TimeSpan.FromMinutes(5) });

        Assert.True(report.Wrong.IsEmpty, string.Join('\n', report.Lines()));
        Assert.Empty(left);
        Assert.Equal((60, 8), (report.Pods, report.Restarts));
    }
}
