using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Audits;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Streams;

public class ContainerEventsTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Events_OfAPodsLife_ComeInOrderWithTheWholePod()
    {
        await using var listener = await EventStream.OpenAsync(Client);
        var (pod, first) = await RunSleeperAsync(config => config.Labels["app"] = "a");
        var second = PodConfigs.Container(Image, "sh", "-c", "exit 3");
        second.Metadata.Name = "second";
        second.LogPath = "second/0.log";
        var short1 = await pod.StartAsync(second);
        await Client.WaitForExitAsync(short1);
        await Client.StopAsync(first, 10);
        await Client.RemoveAsync(first);
        await Client.StopPodAsync(pod.Id);
        await Client.RemovePodAsync(pod.Id);

        var events = await listener.UntilAsync(one => one.ContainerId == pod.Id && one.ContainerEventType == ContainerEventType.ContainerDeletedEvent);

        string Story(string id) => string.Join(' ', events.Where(one => one.ContainerId == id).Select(one => Word(one.ContainerEventType)));
        Assert.Equal("Created Started Stopped Deleted", Story(pod.Id));
        Assert.Equal("Created Started Stopped Deleted", Story(first));
        Assert.Equal("Created Started Stopped Deleted", Story(short1));
        Assert.Equal(12, events.Count);

        Assert.All(events, one => Assert.Equal((pod.Id, pod.Config.Metadata), (one.PodSandboxStatus.Id, one.PodSandboxStatus.Metadata)));
        var times = events.Select(one => one.CreatedAt).ToArray();
        Assert.Equal(times.Distinct().Order(), times);
        Assert.InRange(times[0], UnixNanoseconds() - 120_000_000_000, UnixNanoseconds());

        ContainerEventResponse Of(string id, ContainerEventType type) => events.Single(one => one.ContainerId == id && one.ContainerEventType == type);
        ContainerState StateOf(ContainerEventResponse one, string id) => one.ContainersStatuses.Single(status => status.Id == id).State;
        var started = Of(first, ContainerEventType.ContainerStartedEvent);
        Assert.Equal((PodSandboxState.SandboxReady, ContainerState.ContainerRunning), (started.PodSandboxStatus.State, StateOf(started, first)));
        Assert.NotEqual("", started.PodSandboxStatus.Network.Ip);
        Assert.Equal("a", Assert.Single(started.ContainersStatuses).Labels["app"]);

        var stopped = Of(short1, ContainerEventType.ContainerStoppedEvent);
        var status = stopped.ContainersStatuses.Single(one => one.Id == short1);
        Assert.Equal((ContainerState.ContainerExited, 3, ContainerState.ContainerRunning), (status.State, status.ExitCode, StateOf(stopped, first)));
        Assert.Equal(short1, Assert.Single(Of(first, ContainerEventType.ContainerDeletedEvent).ContainersStatuses).Id);
        Assert.Equal(PodSandboxState.SandboxNotready, Of(pod.Id, ContainerEventType.ContainerStoppedEvent).PodSandboxStatus.State);
        Assert.Empty(events[^1].ContainersStatuses);
    }

    [Fact]
    public async Task Event_WhenItIsRead_IsSeenByListsAlready()
    {
        await using var listener = await EventStream.OpenAsync(Client);
        var (_, container) = await RunSleeperAsync();
        await listener.UntilAsync(one => one.ContainerId == container && one.ContainerEventType == ContainerEventType.ContainerStartedEvent);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(container)).State);

        await Client.RemoveAsync(container);
        await listener.UntilAsync(one => one.ContainerId == container && one.ContainerEventType == ContainerEventType.ContainerDeletedEvent);
        await AssertFailsAsync(StatusCode.NotFound, () => Client.StatusAsync(container));
    }

    [Fact]
    public async Task Failures_OfCreation_AreNoEvents()
    {
        await using var listener = await EventStream.OpenAsync(Client);
        var pod = await RunPodAsync();
        await AssertFailsAsync(StatusCode.NotFound, () => pod.CreateAsync(PodConfigs.Sleeper("nosuch")));
        await Client.RemovePodAsync(pod.Id);
        var events = await listener.UntilAsync(one => one.ContainerEventType == ContainerEventType.ContainerDeletedEvent);
        Assert.Equal(Enumerable.Repeat(pod.Id, 4), events.Select(one => one.ContainerId));
    }

    [Fact]
    public async Task Listeners_AreServedAsLongAsTheyStay()
    {
        await using var stays = await EventStream.OpenAsync(Client);
        await using (await EventStream.OpenAsync(Client))
        {
            Assert.Contains("crisharp_container_event_listeners 2", await MetricsAsync());
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30) * TestNode.Patience);
        while (!(await MetricsAsync()).Contains("crisharp_container_event_listeners 1", StringComparison.Ordinal))
        {
            await Task.Delay(50, limit.Token);
        }

        var pod = await RunPodAsync();
        await stays.UntilAsync(one => one.ContainerId == pod.Id);
    }

    private async Task<string> MetricsAsync()
    {
        using var admin = AdminSocket.Connect(Daemon.Socket);
        return await admin.GetStringAsync("/metrics");
    }

    private static long UnixNanoseconds() => (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static string Word(ContainerEventType type) => type.ToString().Replace("Container", "", StringComparison.Ordinal).Replace("Event", "", StringComparison.Ordinal);
}
