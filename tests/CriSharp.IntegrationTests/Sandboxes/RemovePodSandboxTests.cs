using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

public class RemovePodSandboxTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Remove_WhenStopped_LeavesNothing()
    {
        var (pod, container) = await RunSleeperAsync();

        await pod.EndAsync();

        await AssertNothingIsLeftAsync();
        await AssertFailsAsync(StatusCode.NotFound, () => Client.PodStatusAsync(pod.Id), pod.Id);
        await AssertFailsAsync(StatusCode.NotFound, () => Client.StatusAsync(container), container);
    }

    [Fact]
    public async Task Remove_WhenItStillRuns_StopsItFirst()
    {
        var (pod, _) = await RunSleeperAsync();

        await Client.RemovePodAsync(pod.Id);

        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Remove_WhenNobodyKnowsThePod_Succeeds() => await Client.RemovePodAsync("nosuch");

    [Fact]
    public async Task Remove_WhenDone_FreesTheName()
    {
        var pod = await RunPodAsync();
        await pod.EndAsync();

        Assert.NotEqual(pod.Id, await Client.RunPodAsync(pod.Config));
    }

    [Fact]
    public async Task Remove_WhenManyPodsGoAtOnce_LeavesNothing()
    {
        var pods = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RunPodAsync()));
        await Task.WhenAll(pods.Select(pod => pod.StartAsync(PodConfigs.Sleeper(Image))));

        await Task.WhenAll(pods.Select(pod => pod.EndAsync()));

        await AssertNothingIsLeftAsync();
    }
}
