using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Containers;

/// <summary>Somebody else has frozen a container: no signal reaches it before it is thawed.</summary>
public class FrozenContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Stop_WhenTheContainerIsFrozen_ItGetsItsSignal()
    {
        var container = await RunFrozenAsync();

        await Client.StopAsync(container, 30);

        Assert.Equal(5, (await Client.StatusAsync(container)).ExitCode);
    }

    [Fact]
    public async Task Stop_WhenTheContainerIsFrozenAndThereIsNoGrace_ItIsKilled()
    {
        var container = await RunFrozenAsync();

        await Client.StopAsync(container, 0);

        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
    }

    [Fact]
    public async Task RemovePodSandbox_WhenAContainerIsFrozen_Succeeds()
    {
        await RunFrozenAsync();

        await Client.RemovePodAsync(Assert.Single(await Client.PodsAsync()).Id);

        await AssertNothingIsLeftAsync();
    }

    private async Task<string> RunFrozenAsync()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(Image, "sh", "-c", "trap 'exit 5' TERM; echo ready; while :; do sleep 1000 & wait; done"));
        var log = (await Client.StatusAsync(container)).LogPath;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!(await File.ReadAllTextAsync(log, limit.Token)).Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        FreezeCgroup(Daemon.CgroupOf(container));
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);
        return container;
    }

    internal static void FreezeCgroup(CgroupPath path)
    {
        var hierarchies = CgroupHierarchies.Detect();
        if (hierarchies.Find("freezer") is { IsUnified: false } freezer)
        {
            File.WriteAllText(Path.Combine(freezer.DirectoryOf(path), "freezer.state"), "FROZEN");
            return;
        }

        File.WriteAllText(Path.Combine(hierarchies.Unified!.DirectoryOf(path), "cgroup.freeze"), "1");
    }
}
