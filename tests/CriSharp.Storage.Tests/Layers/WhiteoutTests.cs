using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Layers over each other, looked at through a real overlay mount.</summary>
public sealed class WhiteoutTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Fact]
    public async Task Whiteout_WhenFileOrFolderIsBelow_HidesIt()
    {
        var merged = await MergeAsync(
            new TarBuilder().File("a", "1").Folder("d").File("d/x", "1").File("d/y", "1").Folder("e").File("e/x", "1"),
            new TarBuilder().Whiteout(".wh.a").Folder("d").Whiteout("d/.wh.x").Whiteout(".wh.e").Whiteout(".wh.nothing"));
        Assert.Equal(["d", "d/y"], Paths(merged));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Opaque_WhenItComesBeforeOrAfterSiblings_HidesLowerOnly(bool first)
    {
        var top = new TarBuilder().Folder("d");
        top = first ? top.Whiteout("d/.wh..wh..opq").File("d/new", "2") : top.File("d/new", "2").Whiteout("d/.wh..wh..opq");
        Assert.Equal(["d", "d/new"], Paths(await MergeAsync(new TarBuilder().Folder("d").File("d/old", "1"), top)));
    }

    [Fact]
    public async Task Opaque_WhenFolderIsNotDescribed_HidesLowerOnly() =>
        Assert.Equal(["d"], Paths(await MergeAsync(new TarBuilder().Folder("d").File("d/old", "1"), new TarBuilder().Whiteout("d/.wh..wh..opq"))));

    [Fact]
    public async Task Opaque_WhenOnRoot_HidesAllBelow() =>
        Assert.Equal(["new"], Paths(await MergeAsync(new TarBuilder().File("old", "1"), new TarBuilder().Whiteout(".wh..wh..opq").File("new", "2"))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whiteout_WhenTheLayerHasItsOwn_HidesLowerOnly(bool first)
    {
        var below = new TarBuilder().Folder("d").File("d/old", "1").File("f", "1");
        var top = first
            ? new TarBuilder().Whiteout(".wh.d").Whiteout(".wh.f").Folder("d").File("d/new", "2").File("f", "2")
            : new TarBuilder().Folder("d").File("d/new", "2").File("f", "2").Whiteout(".wh.d").Whiteout(".wh.f");
        var merged = await MergeAsync(below, top);
        Assert.Equal(["d", "d/new", "f"], Paths(merged));
        Assert.Equal("2", File.ReadAllText(Path.Combine(merged, "f")));
    }

    [Fact]
    public async Task Whiteout_WhenFollowedByAFileInsideOfWhatItHid_HidesLowerOnly() =>
        Assert.Equal(["d", "d/e", "d/e/new"], Paths(await MergeAsync(
            new TarBuilder().Folder("d").Folder("d/e").File("d/e/old", "1"),
            new TarBuilder().Whiteout("d/.wh.e").File("d/e/new", "2"))));

    [Fact]
    public async Task Folder_WhenItReplacesAFile_HidesLower() =>
        Assert.Equal(["d", "d/new"], Paths(await MergeAsync(
            new TarBuilder().Folder("d").File("d/old", "1"),
            new TarBuilder().File("d", "a file first").Folder("d").File("d/new", "2"))));

    [Fact]
    public async Task Folder_WhenAnUpperLayerHasAFile_IsReplaced()
    {
        var merged = await MergeAsync(new TarBuilder().Folder("d").File("d/x", "1"), new TarBuilder().File("d", "2"));
        Assert.Equal("2", File.ReadAllText(Path.Combine(merged, "d")));
    }

    [Theory] // overlayfs doesn't look for whiteouts in folders that are merged with nothing: they would be listed.
    [InlineData("d/.wh..wh..opq")]
    [InlineData(".wh..wh..opq")]
    public async Task Whiteout_WhenAFolderAboveIsOpaque_IsNotSeen(string opaque) =>
        Assert.Equal(["d", "d/e", "d/new"], Paths(await MergeAsync(
            new TarBuilder().Folder("d").Folder("d/e").File("d/old", "1").File("d/e/old", "1"),
            new TarBuilder().Folder("d").Whiteout("d/.wh.old").Folder("d/e").Whiteout("d/e/.wh.old").File("d/new", "1").Whiteout(opaque))));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whiteout_InAFolderThatNoLayerBelowHas_IsNotSeen(bool isDescribed)
    {
        var top = isDescribed ? new TarBuilder().Folder("d") : new TarBuilder();
        var merged = await MergeAsync(new TarBuilder().File("a", "1"), top.Whiteout("d/.wh.x").Whiteout("d/e/.wh.y").File("d/z", "2"));
        Assert.Equal(["a", "d", "d/e", "d/z"], Paths(merged));

        // Also when it is copied up.
        File.WriteAllText(Path.Combine(merged, "d/x"), "3");
        Assert.Equal(["a", "d", "d/e", "d/x", "d/z"], Paths(merged));
        Directory.Delete(Path.Combine(merged, "d"), recursive: true);
        Assert.Equal(["a"], Paths(merged));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whiteout_OfAFolderAfterOneInIt_RemovesTheFolder(bool hasNews)
    {
        var top = new TarBuilder().Whiteout("d/.wh.x");
        top = (hasNews ? top.File("d/new", "2") : top).Whiteout(".wh.d");
        Assert.Equal(hasNews ? ["d", "d/new"] : [], Paths(await MergeAsync(new TarBuilder().Folder("d").File("d/x", "1").File("d/y", "1"), top)));
    }

    [Fact]
    public async Task Whiteout_InAFolderThatOneLayerBelowHas_HidesItAlsoOverOthers()
    {
        var merged = await MergeAsync(
            new TarBuilder().File("a", "1"),
            new TarBuilder().Folder("d").File("d/x", "1").File("d/y", "1"),
            new TarBuilder().Whiteout("d/.wh.x").Whiteout("d/.wh.nothing"),
            new TarBuilder().File("b", "1"));
        Assert.Equal(["a", "b", "d", "d/y"], Paths(merged));
    }

    [Fact]
    public async Task Metadata_WhenAufsLeftSome_IsIgnored() =>
        Assert.Equal(["f"], Paths(await MergeAsync(new TarBuilder().File("f", "1"), new TarBuilder().Folder(".wh..wh.plnk").File(".wh..wh.plnk/1.2", "x").File(".wh..wh.aufs", ""))));

    [Fact]
    public async Task Duplicates_WhenEntriesRepeat_TheLastWins()
    {
        var merged = await MergeAsync(new TarBuilder()
            .File("f", "1").File("f", "2")
            .Folder("d").File("d/x", "1").Symlink("d", "f")
            .Symlink("l", "f").Folder("l", 0x1FF)
            .File("h", "1").HardLink("h2", "h").File("h", "2")
            .Entry('6', "p").File("p", "no pipe"));
        Assert.Equal(["d", "f", "h", "h2", "l", "p"], Paths(merged));
        Assert.Equal("2", File.ReadAllText(Path.Combine(merged, "d")));
        Assert.Equal("1", File.ReadAllText(Path.Combine(merged, "h2")));
        Assert.Equal("no pipe", File.ReadAllText(Path.Combine(merged, "p")));
    }

    [Fact]
    public async Task HardLink_WhenTargetIsInALowerLayer_IsCopiedUp()
    {
        var capability = Convert.FromHexString("0100000200040000000000000000000000000000");
        var below = await _stores.UnpackAsync(new TarBuilder().Folder("bin").File("bin/a", "below", 0x9ED, 7, 8, ("SCHILY.xattr.security.capability", capability)).Symlink("bin/l", "a").Build());
        var top = await _stores.UnpackTreeAsync(new TarBuilder().HardLink("b", "bin/a").HardLink("c", "bin/a").HardLink("m", "bin/l"), below.DiffId);
        var merged = _stores.Mount(below.DiffId, top.Record.DiffId);
        Assert.Equal("below", File.ReadAllText(Path.Combine(merged, "c")));
        Assert.True(top.Stat("b") is { Mode: 0x9ED, UserId: 7, GroupId: 8, LinkCount: 2, ModifiedAt.Seconds: 1_000_000_000 });
        Assert.Equal(capability, top.Attribute("b", "security.capability"));
        Assert.Equal(FileKind.SymbolicLink, top.Stat("m")!.Value.Kind);
    }

    [Fact]
    public async Task HardLink_WhenTargetIsNowhere_FailsAndLeavesNothing()
    {
        var below = await _stores.UnpackAsync(new TarBuilder().File("x", "1").Build());
        var hiding = await _stores.UnpackAsync(new TarBuilder().Whiteout(".wh.x").Build());
        var before = Directory.EnumerateFileSystemEntries(Path.Combine(_stores.Root, "layers"), "*", SearchOption.AllDirectories).Count();
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _stores.UnpackTreeAsync(new TarBuilder().HardLink("b", "x"), below.DiffId, hiding.DiffId));
        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
        await Assert.ThrowsAsync<RuntimeException>(() => _stores.UnpackTreeAsync(new TarBuilder().HardLink("b", "x")));
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(Path.Combine(_stores.Root, "layers"), "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task HardLink_WhenLowerLinkIsReplacedLater_NothingIsCopied()
    {
        var top = await _stores.UnpackTreeAsync(new TarBuilder().HardLink("b", "elsewhere").File("b", "own"));
        Assert.Equal("own", top.Read("b"));
    }

    public void Dispose() => _stores.Dispose();

    private static List<string> Paths(string merged) =>
        [.. Directory.EnumerateFileSystemEntries(merged, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(merged, path)).Order(StringComparer.Ordinal)];

    private async Task<string> MergeAsync(params TarBuilder[] bottomFirst)
    {
        var layers = new List<DiffId>();
        foreach (var tar in bottomFirst)
        {
            layers.Add((await _stores.UnpackAsync(tar.Build())).DiffId);
        }

        return _stores.Mount([.. layers]);
    }
}
