using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Tests.Snapshots;

public sealed class SnapshotStoreTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Fact]
    public async Task Mount_WhenWritten_LayersStayAndUsageGrows()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().Folder("./").File("f", "below").Build());
        var snapshot = _stores.Snapshots.Prepare("c1", [layer.DiffId]);
        var target = Target();
        _stores.Snapshots.Mount(snapshot, target);
        _stores.Snapshots.Mount(snapshot, target);
        var before = _stores.Snapshots.UsageOf("c1");
        File.WriteAllText(Path.Combine(target, "f"), "above");
        File.WriteAllBytes(Path.Combine(target, "new"), new byte[100_000]);
        var after = _stores.Snapshots.UsageOf("c1");
        Assert.Equal(2, after.Inodes - before.Inodes);
        Assert.InRange(after.AllocatedBytes - before.AllocatedBytes, 100_000, 200_000);
        Assert.Equal("below", File.ReadAllText(Path.Combine(_stores.Layers.TreePath(layer.DiffId), "f")));
        _stores.Snapshots.Unmount(target);
        _stores.Snapshots.Unmount(target);
        Assert.False(MountTable.IsMountPoint(target));
        Assert.Equal(["c1"], _stores.Snapshots.List());
        _stores.Snapshots.Remove("c1");
        _stores.Snapshots.Remove("c1");
        Assert.Empty(_stores.Snapshots.List());
    }

    [Fact]
    public async Task Find_WhenStoreIsOpenedAgain_SnapshotIsTheSame()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().File("f", "x").Build());
        _stores.Layers.SyncFileSystem();
        var snapshot = _stores.Snapshots.Prepare("c1", [layer.DiffId]);
        Directory.CreateDirectory(Path.Combine(_stores.Root, "snapshots", "half", "upper"));
        _stores.Reopen();
        var found = _stores.Snapshots.Find("c1")!;
        Assert.Equal(snapshot.LowerPaths, found.LowerPaths);
        Assert.Equal((snapshot.UpperPath, snapshot.WorkPath), (found.UpperPath, found.WorkPath));
        Assert.Null(_stores.Snapshots.Find("half"));
        Assert.Equal(["c1"], _stores.Snapshots.List());
    }

    [Fact]
    public void Mount_WhenImageHasNoLayers_RootIsEmpty() => Assert.Empty(Directory.EnumerateFileSystemEntries(_stores.Mount()));

    [Fact]
    public async Task Mount_WhenLayersRepeat_TopmostPlaceCounts()
    {
        var first = await _stores.UnpackAsync(new TarBuilder().File("f", "first").Build());
        var second = await _stores.UnpackAsync(new TarBuilder().File("f", "second").Build());
        Assert.Equal("first", File.ReadAllText(Path.Combine(_stores.Mount(first.DiffId, second.DiffId, first.DiffId, first.DiffId), "f")));
    }

    [Fact]
    public async Task Mount_When500Layers_AllAreSeen()
    {
        var layers = new List<DiffId>();
        for (var i = 0; i < OverlayMount.LowerLimit; i++)
        {
            layers.Add((await _stores.UnpackAsync(new TarBuilder().File($"f{i}", "x").Build())).DiffId);
        }

        Assert.Equal(OverlayMount.LowerLimit, Directory.EnumerateFiles(_stores.Mount([.. layers])).Count());
        layers.Add((await _stores.UnpackAsync(new TarBuilder().File("more", "x").Build())).DiffId);
        Assert.Equal(ErrorKind.ResourceExhausted, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Prepare("x", layers)).Kind);
    }

    [Fact]
    public async Task Mount_WhenLayersDescribeRoot_TopmostOneCounts()
    {
        var first = await _stores.UnpackAsync(new TarBuilder().Folder("./", 0x1C9, 5, 6, ("SCHILY.xattr.user.x", "y"u8.ToArray())).Build());
        var second = await _stores.UnpackAsync(new TarBuilder().File("f", "x").Build());
        using var merged = DirectoryTree.Open(_stores.Mount(first.DiffId, second.DiffId));
        Assert.True(FileDescriptor.Stat(merged.Root) is { Mode: 0x1C9, UserId: 5, GroupId: 6, ModifiedAt.Seconds: 1_000_000_000 });
        Assert.Equal("y"u8.ToArray(), ExtendedAttributes.TryGet(merged.Root, UnixPath.Here, "user.x"));
    }

    [Fact]
    public async Task Mount_WhenUpperLayerImpliesFolders_TheirLooksComeFromBelow()
    {
        var bottom = await _stores.UnpackAsync(new TarBuilder().Folder("tmp", 0x3FF, 1, 2).Folder("a", 0x1C0).Folder("a/b", 0x1F8, 3, 4).Symlink("l", "a").Folder("gone", 0x1C0).Build());
        var middle = await _stores.UnpackAsync(new TarBuilder().Folder("a", 0x1E8, 9, 9).Whiteout(".wh.gone").Build());
        var top = await _stores.UnpackAsync(new TarBuilder().File("tmp/f", "x").File("a/b/f", "x").File("l/b/f", "x").File("gone/f", "x").Build());
        using var merged = DirectoryTree.Open(_stores.Mount(bottom.DiffId, middle.DiffId, top.DiffId));
        Assert.True(merged.TryStat("tmp") is { Mode: 0x3FF, UserId: 1, GroupId: 2 });
        Assert.True(merged.TryStat("a") is { Mode: 0x1E8, UserId: 9 });
        Assert.True(merged.TryStat("a/b") is { Mode: 0x1F8, UserId: 3, GroupId: 4 });
        Assert.True(merged.TryStat("gone") is { Mode: 0x1ED, UserId: 0 });
        Assert.NotNull(merged.TryStat("a/b/f"));
    }

    [Fact]
    public async Task Mount_WhenLayerHasCapability_ItIsSeen()
    {
        var capability = Convert.FromHexString("0100000200040000000000000000000000000000");
        var layer = await _stores.UnpackAsync(new TarBuilder().File("ping", "x", 0x1ED, 0, 0, ("SCHILY.xattr.security.capability", capability)).Build());
        using var merged = DirectoryTree.Open(_stores.Mount(layer.DiffId));
        Assert.Equal(capability, merged.TryGetAttribute("ping", "security.capability"));
    }

    [Fact]
    public async Task Mount_WhenSomethingElseIsThere_Fails()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().File("f", "x").Build());
        var snapshot = _stores.Snapshots.Prepare("c1", [layer.DiffId]);
        var target = Target();
        Mounting.Tmpfs(target, 4096, Permissions.PrivateFolder);
        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Mount(snapshot, target)).Kind);
    }

    [Fact]
    public async Task Unmount_WhenInUse_LeavesTheTreeAtOnce()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().File("f", "x").Build());
        var target = _stores.Mount(layer.DiffId);
        using (File.OpenRead(Path.Combine(target, "f")))
        {
            _stores.Snapshots.Unmount(target);
            Assert.False(MountTable.IsMountPoint(target));
        }
    }

    [Theory] // CVE-2014-9358's kin: ids that become paths
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".staging")]
    [InlineData("a/b")]
    [InlineData("../layers")]
    [InlineData("a\0")]
    public void Prepare_WhenIdIsNoName_Fails(string id)
    {
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Prepare(id, [])).Kind);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Remove(id)).Kind);
    }

    [Fact]
    public void Prepare_WhenThereOrLayerIsMissing_Fails()
    {
        _stores.Snapshots.Prepare("c1", []);
        Assert.Equal(ErrorKind.AlreadyExists, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Prepare("c1", [])).Kind);
        Assert.Equal(ErrorKind.FailedPrecondition, Assert.Throws<RuntimeException>(() => _stores.Snapshots.Prepare("c2", [new DiffId(StoreFixture.DigestOf([]))])).Kind);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => _stores.Snapshots.UsageOf("c2")).Kind);
    }

    public void Dispose() => _stores.Dispose();

    private string Target() => Directory.CreateDirectory(Path.Combine(_stores.Root, "target")).FullName;
}
