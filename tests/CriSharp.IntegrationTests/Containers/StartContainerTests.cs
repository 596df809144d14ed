using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class StartContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Start_WhenDone_RunsAndTellsSince()
    {
        var (_, container) = await RunSleeperAsync();

        var status = await Client.StatusAsync(container);

        Assert.Equal(ContainerState.ContainerRunning, status.State);
        Assert.True(status.StartedAt >= status.CreatedAt);
    }

    [Theory]
    [InlineData("exit 0", 0, "Completed")]
    [InlineData("exit 7", 7, "Error")]
    public async Task Start_WhenItEnds_KeepsItsCodeAndReason(string script, int code, string reason)
    {
        var pod = await RunPodAsync();

        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", script));

        Assert.Equal((code, reason), (status.ExitCode, status.Reason));
        Assert.True(status.FinishedAt >= status.StartedAt);
    }

    [Fact]
    public async Task Start_WhenTheMemoryIsUsedUp_SaysOomKilled()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "dd", "if=/dev/zero", "of=/dev/null", "bs=40M");
        config.Linux.Resources.MemoryLimitInBytes = 20 << 20;

        var (status, _) = await pod.RunToEndAsync(config);

        Assert.Equal((137, "OOMKilled"), (status.ExitCode, status.Reason));
    }

    [Fact]
    public async Task Start_WhenTheCommandDoesNotExist_SaysSoInTheRuntimesWords()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "/no/such/command");
        var failure = await Assert.ThrowsAsync<RpcException>(() => pod.StartAsync(config));

        Assert.Contains("/no/such/command", failure.Status.Detail);
        Assert.NotEqual(StatusCode.Unknown, failure.StatusCode);
    }

    [Fact]
    public async Task Start_WhenItRunsAlready_IsRefused()
    {
        var (_, container) = await RunSleeperAsync();

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.StartAsync(container), container);
    }

    [Fact]
    public async Task Start_WhenItHasEnded_IsRefused()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "true"));

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.StartAsync(status.Id), status.Id);
    }

    [Fact]
    public async Task Start_WhenNobodyKnowsTheContainer_IsNotFound() => await AssertFailsAsync(StatusCode.NotFound, () => Client.StartAsync("nosuch"), "nosuch");

    [Fact]
    public async Task Start_WhenItWritesToBothStreams_LogsThemInTheKubeletsFormat()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", "echo out; echo err >&2; head -c 20000 /dev/zero | tr '\\0' x; echo; printf last"));

        var lines = RunningPod.LogLines(status);

        Assert.Contains(("stdout", false, "out"), lines);
        Assert.Contains(("stderr", false, "err"), lines);
        Assert.Contains(("stdout", true, new string('x', 16384)), lines);
        Assert.Contains(("stdout", false, new string('x', 20000 - 16384)), lines);
        // Two pipes: which of the streams comes last in the log is nobody's promise.
        Assert.Equal("last", lines.Last(line => line.Stream == "stdout").Text);
        Assert.StartsWith(pod.Config.LogDirectory + "/", status.LogPath);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}(Z|[+-]\d\d:\d\d) std(out|err) [PF] ", File.ReadLines(status.LogPath).First());
    }
}
