using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class ExecSyncTests(SharedInstance shared) : PodTest(shared)
{
    private const int StreamLimitBytes = 16 * 1024 * 1024;

    [Fact]
    public async Task Exec_WhenItEnds_GivesBothStreamsAndTheCode()
    {
        var (_, container) = await RunSleeperAsync();

        var answer = await Client.ExecAsync(container, "sh", "-c", "echo out; echo err >&2; exit 5");

        Assert.Equal(("out\n", "err\n", 5), (answer.Stdout.ToStringUtf8(), answer.Stderr.ToStringUtf8(), answer.ExitCode));
    }

    [Fact]
    public async Task Exec_WhenRun_HasTheContainersEnvironmentAndUser()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Envs.Add(new KeyValue { Key = "GREETING", Value = Google.Protobuf.ByteString.CopyFromUtf8("hello") });
            config.Linux.SecurityContext.RunAsUsername = "www-data";
            config.WorkingDir = "/tmp";
        });

        Assert.Equal("hello 33 /tmp\n", await Client.ExecTextAsync(container, "sh", "-c", "echo $GREETING $(id -u) $(pwd)"));
    }

    [Fact]
    public async Task Exec_WhenItSaysTooMuch_KeepsSixteenMebibytesAndGoesOn()
    {
        var (_, container) = await RunSleeperAsync();

        var answer = await Client.ExecAsync(container, "sh", "-c", "head -c 20000000 /dev/zero; echo done >&2");

        Assert.Equal((StreamLimitBytes, "done\n", 0), (answer.Stdout.Length, answer.Stderr.ToStringUtf8(), answer.ExitCode));
    }

    [Fact]
    public async Task Exec_WhenItTakesTooLong_IsKilledWithAllItStarted()
    {
        var (_, container) = await RunSleeperAsync();
        var request = new ExecSyncRequest { ContainerId = container, Cmd = { "sh", "-c", "setsid sleep 4321 & sleep 4321" }, Timeout = 1 };

        await AssertFailsAsync(StatusCode.DeadlineExceeded, async () => await Client.Runtime.ExecSyncAsync(request, CriClient.Limited));

        Assert.DoesNotContain("4321", await Client.ExecTextAsync(container, "ps", "-o", "args"));
    }

    [Fact]
    public async Task Exec_WhenAGrandchildHoldsThePipe_ReturnsWithTheCommand()
    {
        var (_, container) = await RunSleeperAsync();

        var answer = await Client.ExecAsync(container, "sh", "-c", "sleep 60 & echo started");

        Assert.Equal(("started\n", 0), (answer.Stdout.ToStringUtf8(), answer.ExitCode));
    }

    [Fact]
    public async Task Exec_WhenManyRunAtOnce_EachGetsItsOwnAnswer()
    {
        var (_, container) = await RunSleeperAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(one => Client.ExecTextAsync(container, "echo", $"{one}")));

        Assert.Equal(Enumerable.Range(0, 10).Select(one => $"{one}\n"), answers);
    }

    [Fact]
    public async Task Exec_WhenTheCommandDoesNotExist_SaysSo()
    {
        var (_, container) = await RunSleeperAsync();

        var failure = await Record.ExceptionAsync(async () =>
        {
            var answer = await Client.ExecAsync(container, "/no/such/command");
            Assert.Contains(answer.ExitCode, new[] { 126, 127 });
        });

        Assert.True(failure is null or RpcException { StatusCode: StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.NotFound }, failure?.ToString());
    }

    [Fact]
    public async Task Exec_WhenTheContainerHasEnded_IsRefused()
    {
        var pod = await RunPodAsync();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "true"));

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.ExecAsync(status.Id, "true"), status.Id);
    }

    [Fact]
    public async Task Exec_WhenNobodyKnowsTheContainer_IsNotFound() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.ExecAsync("nosuch", "true"), "nosuch");

    [Fact]
    public async Task Exec_WhenThereIsNoCommand_IsRefused()
    {
        var (_, container) = await RunSleeperAsync();

        await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.ExecAsync(container));
    }

    [Fact]
    public async Task Exec_WhenDone_LeavesNoCgroupNorFile()
    {
        var (_, container) = await RunSleeperAsync();
        await Client.ExecAsync(container, "true");
        var before = Daemon.Snapshot();

        await Client.ExecAsync(container, "true");

        await AssertSameAsync(before);
    }
}
