using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Streams;

public class StreamedListTests(SharedInstance shared) : PodTest(shared)
{
    private RuntimeService.RuntimeServiceClient Runtime => Client.Runtime;

    [Fact]
    public async Task Containers_WhenStreamed_AreThoseOfTheList()
    {
        var (pod, running) = await RunSleeperAsync(config => config.Labels["app"] = "a");
        var created = await pod.CreateAsync(Named(PodConfigs.Sleeper(Image), "other"));
        var ended = await pod.StartAsync(Named(PodConfigs.Container(Image, "true"), "ended"));
        await Client.WaitForExitAsync(ended);

        Assert.Equal(await Client.ContainersAsync(), await StreamAsync(new StreamContainersRequest()));
        Assert.Equal([created], (await StreamAsync(Of(new ContainerFilter { Id = created[..12] }))).Select(one => one.Id));
        Assert.Equal([running], (await StreamAsync(Of(new ContainerFilter { LabelSelector = { { "app", "a" } } }))).Select(one => one.Id));
        Assert.Equal([ended], (await StreamAsync(Of(new ContainerFilter { State = new ContainerStateValue { State = ContainerState.ContainerExited } }))).Select(one => one.Id));
        Assert.Equal(3, (await StreamAsync(Of(new ContainerFilter { PodSandboxId = pod.Id }))).Count);
        Assert.Empty(await StreamAsync(Of(new ContainerFilter { Id = "nosuch" })));
    }

    [Fact]
    public async Task Sandboxes_WhenStreamed_AreThoseOfTheList()
    {
        var ready = await RunPodAsync(config => config.Labels["app"] = "a");
        var stopped = await RunPodAsync();
        await Client.StopPodAsync(stopped.Id);

        Assert.Equal(await Client.PodsAsync(), await StreamAsync(new StreamPodSandboxesRequest()));
        Assert.Equal([ready.Id], (await StreamAsync(Of(new PodSandboxFilter { LabelSelector = { { "app", "a" } } }))).Select(one => one.Id));
        var notReady = new PodSandboxFilter { State = new PodSandboxStateValue { State = PodSandboxState.SandboxNotready } };
        Assert.Equal([stopped.Id], (await StreamAsync(Of(notReady))).Select(one => one.Id));
        Assert.Empty(await StreamAsync(Of(new PodSandboxFilter { Id = "nosuch" })));
    }

    [Fact]
    public async Task Stats_WhenStreamed_AreOfThoseOfTheList()
    {
        var (pod, running) = await RunSleeperAsync();
        var (other, _) = await RunSleeperAsync();

        var all = await Read(Runtime.StreamContainerStats(new StreamContainerStatsRequest(), CriClient.Limited), message => message.ContainerStats);
        Assert.Equal((await Client.ListStatsAsync()).Select(stats => stats.Attributes.Id), all.Select(stats => stats.Attributes.Id));
        Assert.All(all, stats => Assert.NotNull(stats.Cpu.UsageCoreNanoSeconds));
        var one = await Read(
            Runtime.StreamContainerStats(new StreamContainerStatsRequest { Filter = new ContainerStatsFilter { Id = running } }, CriClient.Limited),
            message => message.ContainerStats);
        Assert.Equal([running], one.Select(stats => stats.Attributes.Id));

        var allPods = await Read(Runtime.StreamPodSandboxStats(new StreamPodSandboxStatsRequest(), CriClient.Limited), message => message.PodSandboxStats);
        Assert.Equal([other.Id, pod.Id], allPods.Select(stats => stats.Attributes.Id));
        var onePod = await Read(
            Runtime.StreamPodSandboxStats(new StreamPodSandboxStatsRequest { Filter = new PodSandboxStatsFilter { Id = pod.Id } }, CriClient.Limited),
            message => message.PodSandboxStats);
        Assert.Equal(running, Assert.Single(Assert.Single(onePod).Linux.Containers).Attributes.Id);
    }

    [Fact]
    public async Task Images_WhenStreamed_AreThoseOfTheList()
    {
        var id = await PullAsync(await BusyboxImage.BuildAsync(new JsonObject { ["User"] = "1000" }), "streamed");

        Assert.Equal(await Client.ImagesAsync(), await StreamAsync(new StreamImagesRequest()));
        ImageFilter Filter(string name) => new() { Image = new ImageSpec { Image = name } };
        Assert.Equal([id], (await StreamAsync(new StreamImagesRequest { Filter = Filter($"{Shared.Registry.Host}/streamed:latest") })).Select(image => image.Id));
        Assert.Empty(await StreamAsync(new StreamImagesRequest { Filter = Filter("nosuch:latest") }));
    }

    private Task<List<Container>> StreamAsync(StreamContainersRequest request) => Read(Runtime.StreamContainers(request, CriClient.Limited), message => message.Containers);

    private Task<List<PodSandbox>> StreamAsync(StreamPodSandboxesRequest request) => Read(Runtime.StreamPodSandboxes(request, CriClient.Limited), message => message.PodSandboxes);

    private Task<List<Image>> StreamAsync(StreamImagesRequest request) => Read(Client.Images.StreamImages(request, CriClient.Limited), message => message.Images);

    private static StreamContainersRequest Of(ContainerFilter filter) => new() { Filter = filter };

    private static StreamPodSandboxesRequest Of(PodSandboxFilter filter) => new() { Filter = filter };

    private static ContainerConfig Named(ContainerConfig config, string name)
    {
        config.Metadata.Name = name;
        config.LogPath = $"{name}/0.log";
        return config;
    }

    /// <summary>To the end; each message holds something.</summary>
    private static async Task<List<TItem>> Read<TMessage, TItem>(AsyncServerStreamingCall<TMessage> call, Func<TMessage, IEnumerable<TItem>> items)
    {
        using (call)
        {
            var all = new List<TItem>();
            await foreach (var message in call.ResponseStream.ReadAllAsync())
            {
                Assert.NotEmpty(items(message));
                all.AddRange(items(message));
            }

            return all;
        }
    }
}
