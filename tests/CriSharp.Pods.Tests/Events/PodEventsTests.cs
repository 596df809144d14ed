using CriSharp.Cri.V1;
using CriSharp.Images;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Events;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Tests.Events;

public sealed class PodEventsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-events-");
    private readonly JumpingClock _clock = new();
    private readonly PodSandboxStore _sandboxes;
    private readonly ContainerStore _containers;
    private readonly PodEvents _events;

    public PodEventsTests()
    {
        var folders = new InstanceFolders(_root.FullName, Path.Combine(_root.FullName, "run"));
        (_sandboxes, _containers) = (new PodSandboxStore(folders), new ContainerStore(folders));
        var images = ImageStore.Open(_root.FullName, LayerStore.Open(_root.FullName), ContentStore.Open(_root.FullName), NullLogger<ImageStore>.Instance);
        _events = new PodEvents(
            _sandboxes, _containers, new ContainerImageNames(images), new PodsOptions { Folders = folders, CgroupDriver = CgroupDriver.Cgroupfs, PausePath = "/none", Time = _clock })
        {
            KeptForEach = 20,
        };
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Listener_ThatReads_GetsWhatHappensFromThenOn()
    {
        var early = MakeSandbox();
        using var listener = _events.Listen();
        var record = Samples.Container(early.Id);
        _containers.Begin(record);
        _containers.Publish(record, new ContainerState.Created(Samples.Processes));
        _containers.Forget(record);

        var read = await TakeAsync(listener, 2);
        Assert.Equal([ContainerEventType.ContainerCreatedEvent, ContainerEventType.ContainerDeletedEvent], read.Select(one => one.ContainerEventType));
        Assert.All(read, one => Assert.Equal(($"{record.Id}", $"{early.Id}"), (one.ContainerId, one.PodSandboxStatus.Id)));
        Assert.Equal($"{record.Id}", Assert.Single(read[0].ContainersStatuses).Id);
        Assert.Empty(read[1].ContainersStatuses);
    }

    [Fact]
    public async Task Containers_OfAPod_AreToldNewestFirst()
    {
        var sandbox = MakeSandbox();
        using var listener = _events.Listen();
        var records = Enumerable.Range(0, 4).Select(minute => Samples.Container(sandbox.Id) with { CreatedAt = DateTimeOffset.UnixEpoch.AddMinutes(minute) }).ToArray();
        foreach (var record in records)
        {
            _containers.Begin(record);
            _containers.Publish(record, new ContainerState.Created(Samples.Processes));
        }

        var last = (await TakeAsync(listener, records.Length))[^1];
        Assert.Equal(records.Reverse().Select(record => $"{record.Id}"), last.ContainersStatuses.Select(status => status.Id));
    }

    [Fact]
    public async Task Times_WhenTheClockIsSetBack_GoOn()
    {
        using var listener = _events.Listen();
        MakeSandbox();
        _clock.Jump(TimeSpan.FromHours(-1));
        MakeSandbox();

        var times = (await TakeAsync(listener, 4)).Select(one => one.CreatedAt).ToArray();
        Assert.Equal(times.Distinct().Order(), times);
    }

    [Fact]
    public void Forgotten_BeforeItWasShown_IsNoEvent()
    {
        using var listener = _events.Listen();
        var record = Samples.Sandbox();
        _sandboxes.Begin(record);
        _sandboxes.Forget(record);
        var next = listener.ReadAsync(CancellationToken.None).GetAsyncEnumerator().MoveNextAsync().AsTask();
        Assert.False(next.IsCompleted);
    }

    [Fact]
    public async Task Listener_ThatIsTooSlow_IsToldSoAndTheOthersMissNothing()
    {
        using var slow = _events.Listen();
        using var quick = _events.Listen();
        var read = 0;
        await using var reading = quick.ReadAsync(CancellationToken.None).GetAsyncEnumerator();
        for (; read < _events.KeptForEach + 10; read += 2)
        {
            MakeSandbox();
            Assert.True(await reading.MoveNextAsync());
            Assert.True(await reading.MoveNextAsync());
        }

        Assert.Equal((1, 1L), (_events.ListenerCount, _events.DroppedCount));
        Assert.Equal(_events.KeptForEach, (await TakeAsync(slow, _events.KeptForEach)).Count);
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => TakeAsync(slow, 1));
        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
    }

    [Fact]
    public void Listener_ThatLeaves_CostsNothingMore()
    {
        _events.Listen().Dispose();
        MakeSandbox();
        Assert.Equal(0, _events.ListenerCount);
    }

    private PodSandboxRecord MakeSandbox()
    {
        var record = Samples.Sandbox();
        _sandboxes.Begin(record);
        _sandboxes.Publish(record, new SandboxState.Ready(["10.0.0.1"], null));
        return record;
    }

    private static async Task<List<ContainerEventResponse>> TakeAsync(EventListener listener, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var read = new List<ContainerEventResponse>();
        await foreach (var one in listener.ReadAsync(limit.Token))
        {
            read.Add(one);
            if (read.Count == count)
            {
                break;
            }
        }

        return read;
    }
}
