using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using Google.Protobuf;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using CriState = CriSharp.Cri.V1.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Tests.Persistence;

public sealed class KeptListsTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-lists-");
    private readonly ContainerStore _containers;
    private readonly PodSandboxStore _sandboxes;
    private readonly ListContainers _list;
    private readonly ListPodSandboxes _pods;

    public KeptListsTests()
    {
        var folders = new InstanceFolders(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));
        Directory.CreateDirectory(folders.SandboxRecords);
        Directory.CreateDirectory(folders.ContainerRecords);
        (_containers, _sandboxes) = (new ContainerStore(folders), new PodSandboxStore(folders));
        (_list, _pods) = (new ListContainers(_containers), new ListPodSandboxes(_sandboxes));
    }

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void Answer_UntilSomethingChanges_IsTheSame()
    {
        Made();
        _sandboxes.Show(Samples.Sandbox(), new SandboxState.Ready([], null));

        Assert.Same(_list.Answer(null), _list.Answer(new ContainerFilter()));
        Assert.Same(_list.Answer(OfState(CriState.ContainerRunning)), _list.Answer(OfState(CriState.ContainerRunning)));
        Assert.Same(_pods.Answer(null), _pods.Answer(new PodSandboxFilter()));
        Assert.Same(_pods.Answer(Ready), _pods.Answer(Ready));
    }

    [Fact]
    public void Answer_AfterEachChange_TellsIt()
    {
        var (first, second) = (Made(), Made());
        Assert.Equal(Sorted(first, second), Ids(_list.Answer(null)));
        Assert.Empty(Ids(_list.Answer(OfState(CriState.ContainerRunning))));

        _containers.Observe(second, _ => Running);
        Assert.Equal([second.Id.ToString()], Ids(_list.Answer(OfState(CriState.ContainerRunning))));
        Assert.Equal([first.Id.ToString()], Ids(_list.Answer(OfState(CriState.ContainerCreated))));

        _containers.Forget(second.Record);
        Assert.Equal([first.Id.ToString()], Ids(_list.Answer(null)));
        Assert.Empty(Ids(_list.Answer(OfState(CriState.ContainerRunning))));

        var third = Made();
        Assert.Equal(Sorted(first, third), Ids(_list.Answer(null)));
    }

    [Fact]
    public void Answer_AfterEachChangeOfASandbox_TellsIt()
    {
        Assert.Empty(Ids(_pods.Answer(null)));
        var sandbox = ShownSandbox();
        Assert.Equal([sandbox.Id.ToString()], Ids(_pods.Answer(null)));
        Assert.Equal([sandbox.Id.ToString()], Ids(_pods.Answer(Ready)));

        _sandboxes.Change(sandbox, new SandboxState.Stopped(DateTimeOffset.UnixEpoch, [], NetworkReleased: true));
        Assert.Empty(Ids(_pods.Answer(Ready)));
        Assert.Equal(PodSandboxState.SandboxNotready, Assert.Single(Parsed(_pods.Answer(null)).Items).State);

        _sandboxes.Forget(sandbox.Record);
        Assert.Empty(Ids(_pods.Answer(null)));
    }

    [Fact]
    public void Answer_WithAnyFilter_HasTheSameEntriesAsTheWholeList()
    {
        var containers = Enumerable.Range(0, 6).Select(_ => Made()).ToList();
        _containers.Observe(containers[0], _ => Running);
        var all = Parsed(_list.Answer(null)).Containers;
        ContainerFilter[] filters =
        [
            OfState(CriState.ContainerRunning), OfState(CriState.ContainerCreated), OfState(CriState.ContainerExited), OfState((CriState)9),
            new() { Id = containers[1].Id.ToString()[..20] }, new() { PodSandboxId = containers[2].Record.SandboxId.ToString() },
            new() { LabelSelector = { ["app"] = "none" } }, new() { Id = containers[0].Id.ToString(), State = new() { State = CriState.ContainerRunning } },
        ];

        Assert.All(filters, filter => Assert.Equal(
            all.Where(container => container.Id.StartsWith(filter.Id, StringComparison.Ordinal)
                && container.PodSandboxId.StartsWith(filter.PodSandboxId, StringComparison.Ordinal)
                && (filter.State is null || container.State == filter.State.State)
                && filter.LabelSelector.Count == 0),
            Parsed(_list.Answer(filter)).Containers));
    }

    /// <summary>Whoever has seen a change finds it in a list asked for afterwards, whatever else changes meanwhile; each container is there once.</summary>
    [Fact]
    public async Task Answer_WhileThingsChange_IsNeverOlderThanWhatIsKnown()
    {
        var containers = Enumerable.Range(0, 40).Select(_ => Shown()).ToArray();
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        var lists = 0;
        await Task.WhenAll(
        [
            .. containers.Chunk(10).Select(own => Task.Run(() => Live(own, end.Token))),
            .. Enumerable.Range(0, 2).Select(client => Task.Run(() =>
            {
                while (!end.IsCancellationRequested)
                {
                    var known = containers.Select(slot => slot.Value).Select(container => (Container: container, IsThere: IsThere(container), State: RankOf(container))).ToList();
                    var told = Parsed(_list.Answer(client == 0 ? null : new ContainerFilter())).Containers.ToDictionary(container => container.Id, container => container.State);
                    Assert.All(known, before =>
                    {
                        var isTold = told.TryGetValue(before.Container.Id.ToString(), out var state);
                        Assert.True(before.IsThere || !isTold, "one that was gone is told");
                        Assert.True(!before.IsThere || isTold || !IsThere(before.Container), "one that is there all the time is not told");
                        Assert.True(!isTold || state >= before.State, $"{state} is told, {before.State} was known");
                    });
                    Interlocked.Increment(ref lists);
                }
            })),
        ]);
        Assert.True(lists > 20, $"only {lists} lists were taken");
    }

    /// <summary>Each is run, ended, forgotten and made anew, again and again.</summary>
    private void Live(StrongBox[] own, CancellationToken end)
    {
        for (var turn = 0; !end.IsCancellationRequested; turn++)
        {
            var slot = own[turn % own.Length];
            var container = slot.Value;
            _containers.Observe(container, _ => Running);
            _containers.Observe(container, _ => new ContainerState.Unknown(DateTimeOffset.UnixEpoch, "a test"));
            _containers.Forget(container.Record);
            slot.Value = Shown().Value;
        }
    }

    private bool IsThere(Container container) => _containers.TryFind(container.Id.ToString(), out _);

    private static CriState RankOf(Container container) => DescribeContainer.StateOf(container.State);

    private StrongBox Shown() => new() { Value = _containers.Show(Samples.Container(PodSandboxId.New()), new ContainerState.Created(Samples.Processes)) };

    private Container Made()
    {
        var record = Samples.Container(PodSandboxId.New());
        _containers.Begin(record);
        return _containers.Publish(record, new ContainerState.Created(Samples.Processes));
    }

    private PodSandbox ShownSandbox()
    {
        var record = Samples.Sandbox();
        _sandboxes.Begin(record);
        return _sandboxes.Publish(record, new SandboxState.Ready([], null));
    }

    private static ContainerState Running => new ContainerState.Running(Samples.Processes, DateTimeOffset.UnixEpoch);

    private static PodSandboxFilter Ready => new() { State = new PodSandboxStateValue { State = PodSandboxState.SandboxReady } };

    private static ContainerFilter OfState(CriState state) => new() { State = new ContainerStateValue { State = state } };

    private static IEnumerable<string> Sorted(params Container[] containers) => containers.Select(container => container.Id.ToString()).Order(StringComparer.Ordinal);

    private static IEnumerable<string> Ids(ListContainersResponse response) => Parsed(response).Containers.Select(container => container.Id);

    private static IEnumerable<string> Ids(ListPodSandboxResponse response) => Parsed(response).Items.Select(sandbox => sandbox.Id);

    private static ListContainersResponse Parsed(ListContainersResponse response) => ListContainersResponse.Parser.ParseFrom(response.ToByteArray());

    private static ListPodSandboxResponse Parsed(ListPodSandboxResponse response) => ListPodSandboxResponse.Parser.ParseFrom(response.ToByteArray());

    private sealed class StrongBox
    {
        private volatile Container _value = null!;

        public Container Value
        {
            get => _value;
            set => _value = value;
        }
    }
}
