using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

public class PodSandboxStatusTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Status_WhenReady_HoldsWhatAKubeletNeeds()
    {
        var pod = await RunPodAsync(config =>
        {
            config.Labels["app"] = "web";
            config.Annotations["note"] = "\"quoted\"\nsecond line ü";
        });

        var status = await Client.PodStatusAsync(pod.Id);

        Assert.Equal(pod.Id, status.Id);
        Assert.Equal(pod.Config.Metadata, status.Metadata);
        Assert.True(status.CreatedAt > 0);
        Assert.Equal(pod.Config.Labels, status.Labels);
        Assert.Equal(pod.Config.Annotations, status.Annotations);
        Assert.NotEqual("", status.Network.Ip);
        Assert.Equal(NamespaceMode.Container, status.Linux.Namespaces.Options.Pid);
        Assert.Equal(NamespaceMode.Pod, status.Linux.Namespaces.Options.Network);
    }

    [Fact]
    public async Task Status_WhenVerbose_ExplainsMore()
    {
        var pod = await RunPodAsync();

        var answer = await Client.Runtime.PodSandboxStatusAsync(
            new PodSandboxStatusRequest { PodSandboxId = pod.Id, Verbose = true }, CriClient.Limited);

        Assert.NotEmpty(answer.Info);
    }

    [Fact]
    public async Task Status_WhenAContainerWasMadeAgain_TellsTheNewestFirst()
    {
        var pod = await RunPodAsync();
        for (uint attempt = 0; attempt < 3; attempt++)
        {
            var config = PodConfigs.Sleeper(Image);
            config.Metadata.Attempt = attempt;
            await pod.CreateAsync(config);
        }

        var answer = await Client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = pod.Id }, CriClient.Limited);

        Assert.Equal([2U, 1U, 0U], answer.ContainersStatuses.Select(status => status.Metadata.Attempt));
        Assert.True(answer.Timestamp > answer.ContainersStatuses[0].CreatedAt);
    }

    [Fact]
    public async Task Status_WhenNobodyKnowsThePod_IsNotFound() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.PodStatusAsync("nosuch"), "nosuch");

    [Fact]
    public async Task List_WhenFiltered_GivesThoseThatMatch()
    {
        var first = await RunPodAsync(config => config.Labels["app"] = "first");
        var second = await RunPodAsync(config => config.Labels["app"] = "second");
        await Client.StopPodAsync(second.Id);

        Assert.Equal(2, (await Client.PodsAsync()).Count);
        Assert.Equal(first.Id, Assert.Single(await Client.PodsAsync(new PodSandboxFilter { LabelSelector = { { "app", "first" } } })).Id);
        Assert.Equal(second.Id, Assert.Single(await Client.PodsAsync(new PodSandboxFilter { Id = second.Id[..12] })).Id);
        var ready = new PodSandboxFilter { State = new PodSandboxStateValue { State = PodSandboxState.SandboxReady } };
        Assert.Equal(first.Id, Assert.Single(await Client.PodsAsync(ready)).Id);
        Assert.Empty(await Client.PodsAsync(new PodSandboxFilter { Id = "nosuch" }));
    }
}
