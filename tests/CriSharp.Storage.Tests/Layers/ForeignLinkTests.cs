using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Tests.Exact;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Hard links into a lower layer: the file is copied up, as it is.</summary>
public sealed class ForeignLinkTests : IDisposable
{
    private static readonly LayerLimits NoFloor = new() { FreeBytesKept = 0, FreeInodesKept = 0 };
    private readonly string _root = Directory.CreateTempSubdirectory("crisharp-links-").FullName;

    public ForeignLinkTests() => Mounting.Tmpfs(_root, 8 << 20, Permissions.PrivateFolder);

    [Fact]
    public async Task Copy_OfAFileWithAllThatAFileCanHave_LooksTheSame()
    {
        using var stores = Stores();
        // The archiver's writer takes text for a key: this one is no UTF-8.
        byte[] odd = [.. "SCHILY.xattr.user."u8, 0xff, 0xfe, (byte)'='];
        byte[] record = [.. "24 "u8, .. odd, (byte)'x', (byte)'\n'];
        record = [.. System.Text.Encoding.ASCII.GetBytes($"{record.Length} "), .. record[3..]];
        var below = await stores.UnpackAsync(new TarBuilder()
            .Extended('x', [.. record, .. TarBuilder.PaxText(("SCHILY.xattr.trusted.ours", [0, 1]), ("mtime", "-5.25"u8.ToArray()))])
            .File("f", "content", 0xDED, 3_000_000_000, 70_000).Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("copy", "f").HardLink("copy2", "f"), below.DiffId);

        Assert.Equal(odd["SCHILY.xattr.".Length..^1], Names(stores.Layers.TreePath(below.DiffId), "f").Single(name => name.Contains((byte)0xff)));
        Assert.Equal(TreeLook.Of(stores.Layers.TreePath(below.DiffId))[1].Replace("f Regular", "copy Regular", StringComparison.Ordinal).Replace("links 1", "links 2", StringComparison.Ordinal), TreeLook.Of(top.Path)[1]);
    }

    [Fact] // A bomb of two layers: 1 TB of holes below, and a link to it
    public async Task Copy_OfAFileOfHoles_CostsNothing()
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().Entry(
            '0', "holes", "data"u8.ToArray(), pax: [("GNU.sparse.size", "1000000000000"u8.ToArray()), ("GNU.sparse.map", "500000000000,4"u8.ToArray())]).Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("copy", "holes"), below.DiffId);

        Assert.InRange(top.Record.SizeBytes, 4, 64 << 10);
        Assert.Equal(1_000_000_000_000, top.Stat("copy")!.Value.SizeBytes);
        using var copy = File.OpenRead(Path.Combine(top.Path, "copy"));
        copy.Position = 500_000_000_000;
        Assert.Equal('d', copy.ReadByte());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Link_WhenItsTargetComesLater_IsToThat(bool hasLower)
    {
        using var stores = Stores();
        DiffId[] lowers = hasLower ? [(await stores.UnpackAsync(new TarBuilder().File("other", "x").Build())).DiffId] : [];
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("d/link", "late").HardLink("link2", "d/link").File("late", "content", 0x1C0), lowers);
        Assert.True(top.Stat("link2") is { LinkCount: 3, Mode: 0x1C0 });
        Assert.Equal("content", top.Read("d/link"));
        Assert.Equal((7, 3), (top.Record.SizeBytes, top.Record.Inodes));
    }

    [Fact] // The lower's is what was there when the link was made.
    public async Task Link_WhenItsTargetIsBelowAndComesLaterToo_IsToTheLower()
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().File("f", "old").Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("link", "f").File("f", "new"), below.DiffId);
        Assert.Equal(("old", "new"), (top.Read("link"), top.Read("f")));
    }

    [Fact]
    public async Task Link_ToALinkIntoALowerLayer_IsTheSameFile()
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().File("f", "old").Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("a", "f").HardLink("b", "a").Whiteout(".wh.f").File("a", "own"), below.DiffId);
        Assert.Equal(("own", "old"), (top.Read("a"), top.Read("b")));
        Assert.True(top.Stat("f")!.Value.IsWhiteout);
    }

    [Fact]
    public async Task Link_WhenItsOwnNameIsHiddenToo_Stays()
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().File("f", "old").File("a", "hidden").Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().HardLink("a", "f").Whiteout(".wh.a"), below.DiffId);
        Assert.Equal("old", top.Read("a"));
    }

    [Fact]
    public async Task Link_WhenItsFolderIsReplaced_IsGone()
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().File("f", "old").Build());
        var top = await stores.UnpackTreeAsync(new TarBuilder().Folder("d").HardLink("d/a", "f").File("d", "a file"), below.DiffId);
        Assert.Equal("a file", top.Read("d"));
    }

    [Theory] // Something stands in the way that came by another name.
    [InlineData("l/d")]
    [InlineData("./e/../d")]
    public async Task Link_WhenItsFolderHasBecomeAFileByAnotherName_IsMalformedOrGone(string name)
    {
        using var stores = Stores();
        var below = await stores.UnpackAsync(new TarBuilder().File("f", "old").Build());
        var tar = new TarBuilder().Folder("e").Folder("d").Symlink("l", ".").HardLink("d/a", "f").File(name, "a file");
        try
        {
            Assert.Equal("a file", (await stores.UnpackTreeAsync(tar, below.DiffId)).Read("d"));
        }
        catch (RuntimeException refused)
        {
            Assert.Equal(ErrorKind.DataLoss, refused.Kind);
        }
    }

    [Fact] // Else an image of somebody else's would decide what this one runs, all of whose digests are right.
    public async Task Unpack_WhenTheLayerIsHereOverOtherLowers_IsRefusedUntilThatIsRemoved()
    {
        using var stores = Stores();
        var evil = (await stores.UnpackAsync(new TarBuilder().File("f", "evil").Build())).DiffId;
        var good = (await stores.UnpackAsync(new TarBuilder().File("f", "good").Build())).DiffId;
        var linking = new TarBuilder().HardLink("copy", "f");
        var first = await stores.UnpackTreeAsync(linking, evil);

        await RefusesAsync(good);
        await RefusesAsync(evil, good);
        await RefusesAsync();
        Assert.Equal(first.Record, (await stores.UnpackTreeAsync(linking, evil)).Record);
        stores.Layers.SyncFileSystem();
        stores.Reopen();
        await RefusesAsync(good);

        Assert.Equal((true, false), (stores.Layers.Fits(first.Record.DiffId, [evil]), stores.Layers.Fits(first.Record.DiffId, [good])));
        stores.Layers.Remove(first.Record.DiffId);
        stores.Reopen(limits: NoFloor);
        Assert.Equal("good", (await stores.UnpackTreeAsync(linking, good)).Read("copy"));

        async Task RefusesAsync(params DiffId[] lowers)
        {
            var refused = await Assert.ThrowsAsync<RuntimeException>(() => stores.UnpackTreeAsync(linking, lowers));
            Assert.Equal(ErrorKind.FailedPrecondition, refused.Kind);
            Assert.Contains(first.Record.DiffId.ToString(), refused.Message, StringComparison.Ordinal);
            Assert.Equal("evil", first.Read("copy"));
        }
    }

    public void Dispose()
    {
        Mounting.Unmount(_root, lazy: true);
        Directory.Delete(_root);
    }

    private static IReadOnlyList<byte[]> Names(string folder, string name)
    {
        using var tree = DirectoryTree.Open(folder, PathResolution.Strict);
        return tree.ListAttributes(name);
    }

    private StoreFixture Stores() => new(NoFloor, Directory.CreateDirectory(Path.Combine(_root, "store")).FullName);
}
