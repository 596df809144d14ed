using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>Where a container's processes don't die with its first one, they die with its cgroup, and the pod goes on.</summary>
public class SharedProcessesTests(SharedInstance shared) : PodTest(shared)
{
    // Each ignores SIGTERM, in a session of its own; one is orphaned twice.
    private const string LeaveTwo = "trap '' TERM; setsid sleep 1000 & (setsid sleep 1000 &) ; echo ready; ";

    [Theory]
    [InlineData(NamespaceMode.Pod)]
    [InlineData(NamespaceMode.Node)]
    public async Task Container_WhenItsFirstProcessEnds_TakesAllOthersWithIt(NamespaceMode mode)
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = mode);
        var other = await pod.StartAsync(Container(mode, "other", "exec sleep 1000"));
        var container = await pod.StartAsync(Container(mode, "main", LeaveTwo + "exit 3"));

        Assert.Equal(3, (await Client.WaitForExitAsync(container)).ExitCode);

        await WaitUntilEmptyAsync(container);
        Assert.NotEmpty(Pids(other));
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(other)).State);
        Assert.Equal(PodSandboxState.SandboxReady, (await Client.PodStatusAsync(pod.Id)).State);
    }

    [Theory]
    [InlineData(NamespaceMode.Pod)]
    [InlineData(NamespaceMode.Node)]
    public async Task Stop_WhenOtherProcessesAreLeft_ReturnsWhenAllAreDead(NamespaceMode mode)
    {
        var pod = await RunPodAsync(config => config.Linux.SecurityContext.NamespaceOptions.Pid = mode);
        var container = await pod.StartAsync(Container(mode, "main", LeaveTwo + "trap 'exit 4' TERM; echo waiting; while :; do sleep 0.1; done"));
        var log = (await Client.StatusAsync(container)).LogPath;
        await Daemon.WaitUntilAsync(() => Pids(container).Count >= 3 && File.ReadAllText(log).Contains("waiting", StringComparison.Ordinal));

        await Client.StopAsync(container, 30);

        Assert.Empty(Pids(container));
        Assert.Equal(4, (await Client.StatusAsync(container)).ExitCode);
    }

    private ContainerConfig Container(NamespaceMode mode, string name, string script)
    {
        var config = PodConfigs.Container(Image, "sh", "-c", script);
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        config.Linux.SecurityContext.NamespaceOptions.Pid = mode;
        return config;
    }

    private IReadOnlySet<int> Pids(string container) => CgroupHierarchies.Detect().Pids(Daemon.CgroupOf(container));

    private async Task WaitUntilEmptyAsync(string container)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Pids(container).Count > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
