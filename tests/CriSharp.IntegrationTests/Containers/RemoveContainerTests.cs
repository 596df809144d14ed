using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class RemoveContainerTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Remove_WhenItHasEnded_LeavesNothingButItsLog()
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var (status, _) = await pod.RunToEndAsync(PodConfigs.Container(Image, "sh", "-c", "echo said; echo x > /written"));

        await Client.RemoveAsync(status.Id);

        await AssertSameAsync(before);
        Assert.True(File.Exists(status.LogPath));
        await AssertFailsAsync(StatusCode.NotFound, () => Client.StatusAsync(status.Id), status.Id);
    }

    [Fact]
    public async Task Remove_WhenItRuns_KillsIt()
    {
        var (_, container) = await RunSleeperAsync();

        await Client.RemoveAsync(container);

        Assert.Empty(await Client.ContainersAsync());
    }

    [Fact]
    public async Task Remove_WhenItWasOnlyCreated_LeavesNothing()
    {
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        await Client.RemoveAsync(await pod.CreateAsync(PodConfigs.Sleeper(Image)));

        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Remove_WhenNobodyKnowsTheContainer_Succeeds() => await Client.RemoveAsync("nosuch");

    [Fact]
    public async Task Remove_WhenDone_FreesTheName()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "true");
        var first = await pod.CreateAsync(config);
        await Client.RemoveAsync(first);

        Assert.NotEqual(first, await pod.CreateAsync(config));
    }
}
