using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Containers;

public class ContainerStatusTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Status_WhenAsked_HoldsWhatAKubeletNeeds()
    {
        var (_, container) = await RunSleeperAsync(config =>
        {
            config.Labels["io.kubernetes.container.name"] = "main";
            config.Annotations["io.kubernetes.container.hash"] = "a\"b\nc";
            config.Image.UserSpecifiedImage = Shared.ImageName;
        });

        var status = await Client.StatusAsync(container);
        var listed = Assert.Single(await Client.ContainersAsync());

        Assert.Equal(container, status.Id);
        Assert.Equal("main", status.Metadata.Name);
        Assert.Equal("a\"b\nc", status.Annotations["io.kubernetes.container.hash"]);
        Assert.Equal("main", status.Labels["io.kubernetes.container.name"]);
        Assert.Equal(Image, status.ImageId);
        Assert.NotEqual("", status.ImageRef);
        Assert.True(Path.IsPathRooted(status.LogPath));
        Assert.Empty(status.Mounts);
        Assert.Equal(Image, listed.ImageId);
        Assert.Equal(status.ImageRef, listed.ImageRef);
        Assert.Equal(status.Annotations, listed.Annotations);
    }

    [Fact]
    public async Task Status_WhenNobodyKnowsTheContainer_IsNotFound() =>
        await AssertFailsAsync(StatusCode.NotFound, () => Client.StatusAsync("nosuch"), "nosuch");

    [Fact]
    public async Task List_WhenFiltered_GivesThoseThatMatch()
    {
        var (first, running) = await RunSleeperAsync(config => config.Labels["app"] = "a");
        var second = await RunPodAsync();
        var created = await second.CreateAsync(PodConfigs.Sleeper(Image));

        Assert.Equal(2, (await Client.ContainersAsync()).Count);
        Assert.Equal(running, Assert.Single(await Client.ContainersAsync(new ContainerFilter { LabelSelector = { { "app", "a" } } })).Id);
        Assert.Equal(created, Assert.Single(await Client.ContainersAsync(new ContainerFilter { PodSandboxId = second.Id })).Id);
        Assert.Equal(created, Assert.Single(await Client.ContainersAsync(new ContainerFilter { Id = created[..10] })).Id);
        var state = new ContainerStateValue { State = ContainerState.ContainerRunning };
        Assert.Equal(running, Assert.Single(await Client.ContainersAsync(new ContainerFilter { State = state, PodSandboxId = first.Id })).Id);
        Assert.Empty(await Client.ContainersAsync(new ContainerFilter { Id = "nosuch" }));
    }
}
