using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Ctl;

/// <summary>The published crisharpctl as a person uses it.</summary>
public class CrisharpctlTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Run_WhenTheContainerEnds_GivesItsOutputAndCodeAndLeavesNothing()
    {
        var run = await CtlAsync("run", Shared.ImageName, "sh", "-c", "echo out; echo err >&2; exit 3");

        Assert.Equal((3, "out\n", "err\n"), (run.Exit.ShellCode, run.StandardOutputText, run.StandardErrorText));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Run_WhenDetached_CanBeSeenLoggedExecutedStoppedAndRemoved()
    {
        var run = await CtlAsync("run", "-d", "--name", "web", Shared.ImageName, "sh", "-c", "echo started; trap 'exit 0' TERM; while :; do sleep 1000 & wait; done");
        var id = run.StandardOutputText.Trim();

        Assert.Equal(64, id.Length);
        Assert.Contains("web", (await CtlAsync("ps")).StandardOutputText);
        Assert.Contains("Ready", (await CtlAsync("pods")).StandardOutputText);
        Assert.Contains(id, (await CtlAsync("ps", "--json")).StandardOutputText);
        Assert.Equal("web\n", (await CtlAsync("exec", "web", "hostname")).StandardOutputText);
        Assert.Equal(7, (await CtlAsync("exec", id[..8], "sh", "-c", "exit 7")).Exit.ShellCode);
        Assert.Equal(0, (await CtlAsync("stop", "web")).Exit.ShellCode);
        Assert.Equal("started\n", (await CtlAsync("logs", "web")).StandardOutputText);
        Assert.Equal(0, (await CtlAsync("rm", "web")).Exit.ShellCode);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Run_WhenTheCommandDoesNotExist_SaysSoAndLeavesNothing()
    {
        var run = await CtlAsync("run", Shared.ImageName, "/no/such/command");

        Assert.Equal(125, run.Exit.ShellCode);
        Assert.Contains("/no/such/command", run.StandardErrorText);
        Assert.Single(run.StandardErrorText.TrimEnd().Split('\n'));
        await AssertNothingIsLeftAsync();
    }

    [Theory]
    [InlineData("version", "crisharp")]
    [InlineData("info", "NetworkReady:")]
    [InlineData("images", "busybox")]
    public async Task Verb_WhenAsked_Answers(string verb, string word)
    {
        var answer = await CtlAsync(verb);

        Assert.Equal(0, answer.Exit.ShellCode);
        Assert.Contains(word, answer.StandardOutputText);
        Assert.StartsWith("{", (await CtlAsync(verb, "--json")).StandardOutputText);
    }

    [Fact]
    public async Task Pull_WhenTheImageIsNotThere_GivesTheReasonAndACode()
    {
        var pull = await CtlAsync("pull", $"{Shared.Registry.Host}/busybox:nosuch");

        Assert.Equal(4, pull.Exit.ShellCode);
        Assert.Contains("nosuch", pull.StandardErrorText);
    }

    [Fact]
    public async Task Run_WhenInterrupted_StopsTheContainerAndLeavesNothing()
    {
        using var run = ChildProcess.Start(new ProgramStart
        {
            Path = PublishedPrograms.Ctl,
            Arguments = [PublishedPrograms.Ctl, .. Arguments("run", Shared.ImageName, "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done")],
            Environment = Variables,
        });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await Client.ContainersAsync()).Any(container => container.State == Cri.V1.ContainerState.ContainerRunning))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        run.Handle.Signal(2);

        Assert.Equal(130, (await run.WaitForExitAsync(limit.Token)).ShellCode);
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Logs_WhenFollowed_EndWithTheContainer()
    {
        await CtlAsync("run", "-d", "--name", "talker", Shared.ImageName, "sh", "-c", "for i in 1 2 3; do echo $i; sleep 0.3; done");

        Assert.Equal("1\n2\n3\n", (await CtlAsync("logs", "-f", "talker")).StandardOutputText);
        Assert.Equal("3\n", (await CtlAsync("logs", "--tail", "1", "talker")).StandardOutputText);
    }

    [Fact]
    public async Task Logs_WhenNobodyReadsThemAnyMore_End()
    {
        await CtlAsync("run", "-d", "--name", "chatter", Shared.ImageName, "sh", "-c", "while :; do echo line; sleep 0.1; done");
        var script = $"{{ '{PublishedPrograms.Ctl}' logs -f chatter; echo code $? >&2; }} | head -n 1";

        var logs = await ProgramRun.RunAsync(
            new ProgramCommand { Path = "/bin/sh", Arguments = ["-c", script], Environment = [.. Variables, "PATH=/usr/bin:/bin"], TimeLimit = TimeSpan.FromSeconds(60) },
            CancellationToken.None);

        Assert.Equal(("line\n", "code 141\n"), (logs.StandardOutputText, logs.StandardErrorText));
    }

    private List<string> Variables => [$"CONTAINER_RUNTIME_ENDPOINT=unix://{Daemon.Socket}"];

    private string[] Arguments(params string[] arguments) => arguments[0] == "run"
        ? ["run", "--log-folder", Daemon.PodLogs, "--cgroup-parent", Daemon.CgroupParent, .. arguments[1..]]
        : arguments;

    private Task<ProgramOutput> CtlAsync(params string[] arguments) => ProgramRun.RunAsync(
        new ProgramCommand { Path = PublishedPrograms.Ctl, Arguments = Arguments(arguments), Environment = Variables, TimeLimit = TimeSpan.FromSeconds(60) },
        CancellationToken.None);
}
