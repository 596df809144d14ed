using CriSharp.Linux.Processes;
using CriSharp.OciRuntime;
using CriSharp.OciRuntime.Commands;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Recovery;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Pods.Tests.Recovery;

public sealed class EndEarlierVerbsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly RuntimeHandler _handler = new() { Name = "runc", Path = "/usr/sbin/runc", Root = $"/run/{Guid.NewGuid():N}/runc" };

    [Theory]
    [InlineData("sleep 1; exit 5", 30, 5)]
    [InlineData("kill -STOP $$; exit 5", 0.2, 137)]
    public async Task Run_WhenAStartGoesOn_ReturnsAfterItsEndAndKillsItAtTheLimit(string script, double limitSeconds, int expectedCode)
    {
        var container = Container();
        using var verb = Verb(script, "start", container);
        using var other = Verb("kill -STOP $$; exit", "start", Container());

        await Verbs(TimeSpan.FromSeconds(limitSeconds)).RunAsync([container]);

        Assert.True(verb.Handle.HasExited);
        Assert.Equal(expectedCode, (await verb.WaitForExitAsync(CancellationToken.None).WaitAsync(Limit)).ShellCode);
        Assert.False(other.Handle.HasExited);
        other.KillSession();
    }

    [Fact]
    public async Task Run_WhenNothingIsInDoubt_WaitsForNobody()
    {
        var container = Container();
        container = new Container(container.Record, new ContainerState.Created(Samples.Processes).Start(DateTimeOffset.UnixEpoch));
        using var verb = Verb("kill -STOP $$; exit", "update", container);

        await Verbs(Limit).RunAsync([container]);

        Assert.False(verb.Handle.HasExited);
        verb.KillSession();
    }

    private static Container Container() => new(Samples.Container(PodSandboxId.New()), new ContainerState.Created(Samples.Processes));

    // A shell that looks like the OCI runtime: what follows its script are its own words.
    private ChildProcess Verb(string script, string verb, Container container) => ChildProcess.Start(new ProgramStart
    {
        Path = "/bin/sh",
        Arguments = ["/usr/sbin/runc", "-c", script, "runc", "--root", _handler.Root, verb, $"{container.Id}"],
        Environment = ["PATH=/usr/bin:/bin"],
        NewSession = true,
    });

    private EndEarlierVerbs Verbs(TimeSpan limit)
    {
        var runtimes = new RuntimeHandlers(new HandlerTable(new Dictionary<string, OciRuntimeCli> { ["runc"] = new(_handler) }, "runc"));
        var options = new PodsOptions { Folders = new InstanceFolders("/none", "/none"), CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none", KillLimit = limit };
        return new EndEarlierVerbs(runtimes, options, NullLogger<EndEarlierVerbs>.Instance);
    }
}
