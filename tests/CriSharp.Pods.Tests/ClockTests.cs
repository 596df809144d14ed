using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Pods.Sandboxes;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;
using CriSharp.TestSupport;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Tests;

/// <summary>Somebody sets the clock while pods run.</summary>
public sealed class ClockTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-clock-");
    private readonly JumpingClock _clock = new();

    public void Dispose() => _root.Delete(recursive: true);

    [Theory]
    [InlineData(0, 1, 2)]
    [InlineData(0, -60, -30)]
    [InlineData(0, 60, -60)]
    [InlineData(0, -60, 60)]
    public void ForStatus_WhenTheClockWasSet_NeverEndsBeforeItBegan(int created, int started, int finished)
    {
        var record = Samples.Container(PodSandboxId.New()) with { CreatedAt = Noon.AddMinutes(created) };
        var end = new ContainerEnd(0, ContainerEnd.Completed, "", Noon.AddMinutes(finished));
        foreach (var state in (ContainerState[])
            [
                new ContainerState.Exited(Noon.AddMinutes(started), end),
                new ContainerState.Exited(null, end),
                new ContainerState.Running(Samples.Processes, Noon.AddMinutes(started)),
                new ContainerState.Unknown(Noon.AddMinutes(started), ""),
            ])
        {
            var status = DescribeContainer.ForStatus(new Container(record, state), "image");

            Assert.True(status.StartedAt == 0 || status.StartedAt >= status.CreatedAt, $"{state}");
            Assert.True(status.FinishedAt == 0 || status.FinishedAt >= Math.Max(status.StartedAt, status.CreatedAt), $"{state}");
            Assert.Equal(state is ContainerState.Exited, status.FinishedAt != 0);
        }
    }

    [Fact]
    public void ForStatus_WhenTheClockWasLeftAlone_TellsWhatIsRecorded()
    {
        var record = Samples.Container(PodSandboxId.New()) with { CreatedAt = Noon };
        var end = new ContainerEnd(0, ContainerEnd.Completed, "", Noon.AddSeconds(2));

        var status = DescribeContainer.ForStatus(new Container(record, new ContainerState.Exited(Noon.AddSeconds(1), end)), "image");

        Assert.Equal((1_000_000_000, 2_000_000_000), (status.StartedAt - status.CreatedAt, status.FinishedAt - status.CreatedAt));
    }

    [Fact]
    public void After_WhenTheClockWasSetBack_ComesAfterAllTheSame()
    {
        Assert.Equal(Noon, RecordTime.After([], Noon));
        Assert.Equal(Noon, RecordTime.After([Noon.AddHours(-1)], Noon));
        Assert.Equal(Noon.AddTicks(1), RecordTime.After([Noon.AddHours(-1), Noon], Noon));
        Assert.Equal(Noon.AddHours(1).AddTicks(1), RecordTime.After([Noon.AddHours(1), Noon], Noon));
    }

    [Fact]
    public void List_WhenTimesAreEqual_HasOneOrder()
    {
        var folders = new InstanceFolders(Path.Combine(_root.FullName, "root"), Path.Combine(_root.FullName, "run"));
        var (sandboxes, containers) = (new PodSandboxStore(folders), new ContainerStore(folders));
        for (var i = 0; i < 50; i++)
        {
            sandboxes.Show(Samples.Sandbox(), new SandboxState.Ready([], null));
            containers.Show(Samples.Container(PodSandboxId.New()), new ContainerState.Unknown(null, ""));
        }

        Assert.Equal(Sorted(sandboxes.All.Select(sandbox => sandbox.Id)), new ListPodSandboxes(sandboxes).Run(null).Select(sandbox => sandbox.Id.ToString()));
        Assert.Equal(Sorted(containers.All.Select(container => container.Id)), new ListContainers(containers).Run(null).Select(container => container.Id.ToString()));
    }

    [Theory]
    [InlineData(-24)]
    [InlineData(24)]
    public async Task Usage_WhenTheClockWasSet_IsMeasuredAgainInTime(int hours)
    {
        var layers = LayerStore.Open(_root.FullName);
        var snapshots = SnapshotStore.Open(_root.FullName, layers);
        var usage = new ContainerFileSystem(snapshots, new PodsOptions
        {
            Folders = new InstanceFolders(_root.FullName, _root.FullName),
            CgroupDriver = CgroupDriver.Cgroupfs,
            PausePath = "",
            Time = _clock,
        });
        var first = await usage.UsageAsync(CancellationToken.None);

        _clock.Jump(TimeSpan.FromHours(hours));
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Same(first, await usage.UsageAsync(CancellationToken.None));

        _clock.Pass(TimeSpan.FromSeconds(10));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (ReferenceEquals(first, await usage.UsageAsync(CancellationToken.None)))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }

    private static IEnumerable<string> Sorted<T>(IEnumerable<T> ids) => ids.Select(id => $"{id}").Order(StringComparer.Ordinal);
}
