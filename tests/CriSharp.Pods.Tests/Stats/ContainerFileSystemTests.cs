using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Persistence;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Snapshots;
using CriSharp.TestSupport;

namespace CriSharp.Pods.Tests.Stats;

public sealed class ContainerFileSystemTests : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("crisharp-usage-");
    private readonly JumpingClock _clock = new();

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public async Task Usage_OfEachContainer_IsItsOwn()
    {
        var snapshots = SnapshotStore.Open(_root.FullName, LayerStore.Open(_root.FullName));
        var (small, large, later) = (ContainerId.New(), ContainerId.New(), ContainerId.New());
        snapshots.Prepare($"{small}", []);
        await File.WriteAllBytesAsync(Path.Combine(snapshots.Prepare($"{large}", []).UpperPath, "file"), new byte[1 << 20]);
        var fileSystem = FileSystemOf(snapshots);
        Assert.Null(fileSystem.TryUsageOf(large));
        var all = await fileSystem.UsageAsync(CancellationToken.None);

        var (ofSmall, ofLarge) = (fileSystem.TryUsageOf(small)!, fileSystem.TryUsageOf(large)!);
        Assert.InRange(ofLarge.UsedBytes, 1 << 20, 2 << 20);
        Assert.Equal((1, 2), (ofSmall.UsedInodes, ofLarge.UsedInodes));
        Assert.Equal((all.UsedBytes, all.UsedInodes), (ofSmall.UsedBytes + ofLarge.UsedBytes, ofSmall.UsedInodes + ofLarge.UsedInodes));
        Assert.Equal((all.At, _root.FullName), (ofLarge.At, ofLarge.MountPoint));

        snapshots.Prepare($"{later}", []);
        Assert.Null(fileSystem.TryUsageOf(later));
        _clock.Pass(TimeSpan.FromSeconds(11));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (fileSystem.TryUsageOf(later) is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }
    [Fact]
    public async Task Usage_AfterAWalkThatFailed_IsMeasuredAgain()
    {
        var snapshots = SnapshotStore.Open(_root.FullName, LayerStore.Open(_root.FullName));
        var folder = Path.Combine(_root.FullName, "snapshots");
        var fileSystem = FileSystemOf(snapshots);
        Directory.Move(folder, folder + "-away");
        await Assert.ThrowsAnyAsync<IOException>(() => fileSystem.UsageAsync(CancellationToken.None));
        Directory.Move(folder + "-away", folder);

        Assert.Equal(0, (await fileSystem.UsageAsync(CancellationToken.None)).UsedInodes);
    }

    private ContainerFileSystem FileSystemOf(SnapshotStore snapshots) => new(snapshots, new PodsOptions
    {
        Folders = new InstanceFolders(_root.FullName, _root.FullName),
        CgroupDriver = CgroupDriver.Cgroupfs,
        PausePath = "",
        Time = _clock,
    });
}
