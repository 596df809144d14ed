using System.Text;
using CriSharp.Linux.Files;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>What tars of all ages say, and what becomes of it on disk.</summary>
public sealed class TarFormatTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Fact]
    public async Task Version7_WhenNoTypeAndNoMagic_IsRead()
    {
        var header = TarBuilder.Header('\0', "f"u8, default, 0x1A4, 5, 6, 0, 2, 0, 0);
        var folder = TarBuilder.Header('\0', "d/"u8, default, 0x1ED, 0, 0, 0, 0, 0, 0);
        header.AsSpan(257, 8).Clear();
        folder.AsSpan(257, 8).Clear();
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Raw(TarBuilder.Sum(header)).Data("v7"u8.ToArray()).Raw(TarBuilder.Sum(folder)));
        Assert.Equal("v7", tree.Read("f"));
        Assert.Equal(FileKind.Directory, tree.Stat("d")!.Value.Kind);
    }

    [Fact] // Its data is skipped, not taken for the next header.
    public async Task Version7_WhenAFolderHasData_ItIsSkipped()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Entry('0', "d/", "data"u8.ToArray()).File("f", "x"));
        Assert.Equal(FileKind.Directory, tree.Stat("d")!.Value.Kind);
        Assert.Equal("x", tree.Read("f"));
    }

    [Fact]
    public async Task Ustar_WhenPrefixIsThere_IsPartOfTheName()
    {
        var header = TarBuilder.Header('0', "f"u8, default, 0x1A4, 0, 0, 0, 0, 0, 0);
        "very/long"u8.CopyTo(header.AsSpan(345));
        Assert.NotNull((await _stores.UnpackTreeAsync(new TarBuilder().Raw(TarBuilder.Sum(header)))).Stat("very/long/f"));
    }

    [Fact]
    public async Task Pax_WhenItDescribes_WinsOverTheHeader()
    {
        var link = new string('t', 3000);
        var tree = await _stores.UnpackTreeAsync(new TarBuilder()
            .Entry('0', "short", "data"u8.ToArray(), pax: [("path", "\u00fc/f"u8.ToArray()), ("uid", "3000000000"u8.ToArray()), ("gid", "4"u8.ToArray()), ("mtime", "-1.25"u8.ToArray()), ("comment", "a\nb=c"u8.ToArray())])
            .Entry('2', "l", link: "short", pax: [("linkpath", Encoding.ASCII.GetBytes(link))])
            .Entry('0', "plain", pax: [("path", [])]));
        Assert.True(tree.Stat("\u00fc/f") is { UserId: 3_000_000_000, GroupId: 4, ModifiedAt: { Seconds: -2, Nanoseconds: 750_000_000 } });
        Assert.Equal(link, new FileInfo(Path.Combine(tree.Path, "l")).LinkTarget);
        Assert.NotNull(tree.Stat("plain"));
    }

    [Fact]
    public async Task GlobalHeader_WhenThere_IsReadOver()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Pax('g', ("path", "wrong"u8.ToArray()), ("comment", "x"u8.ToArray())).File("f", "x").Pax('g', ("comment", "x"u8.ToArray())));
        Assert.NotNull(tree.Stat("f"));
    }

    [Fact]
    public async Task Attributes_WhenBinary_AreKept()
    {
        // A version 3 capability with a root id, with bytes that are no UTF-8.
        var capability = Convert.FromHexString("0100000300040000000000000000000000000000e8030000");
        byte[] binary = [0, 255, 10, 61, 128];
        var tree = await _stores.UnpackTreeAsync(new TarBuilder()
            .File("f", "x", 0x9ED, 1, 1, ("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.x", binary))
            .Folder("d", 0x1ED, 1, 1, ("SCHILY.xattr.user.x", binary))
            .Entry('2', "l", link: "f", pax: ("SCHILY.xattr.user.x", binary)));
        Assert.Equal(capability, tree.Attribute("f", "security.capability"));
        Assert.Equal(binary, tree.Attribute("f", "user.x"));
        Assert.Equal(binary, tree.Attribute("d", "user.x"));
        Assert.Equal(0x9ED, tree.Stat("f")!.Value.Mode);
    }

    [Fact]
    public async Task Modes_WhenSetUserIdAndSticky_SurviveTheChown()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().File("suid", "x", 0x9ED, 1, 1).File("sgid", "x", 0x5ED, 1, 1).Folder("tmp", 0x3FF, 1, 1).Folder("g", 0x5FD, 0, 9).File("g/f", "x"));
        Assert.Equal(0x9ED, tree.Stat("suid")!.Value.Mode);
        Assert.Equal(0x5ED, tree.Stat("sgid")!.Value.Mode);
        Assert.Equal(0x3FF, tree.Stat("tmp")!.Value.Mode);
        Assert.Equal(0x5FD, tree.Stat("g")!.Value.Mode);
        Assert.Equal(0u, tree.Stat("g/f")!.Value.GroupId);
    }

    [Fact]
    public async Task Modes_WhenUmaskWouldTakeBits_AreExact()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().File("f", "x", 0x1FF).Folder("d", 0x1FF).Folder("none", 0).File("none/f", "x", 0).Entry('6', "p", mode: 0x1B6));
        Assert.Equal(0x1FF, tree.Stat("f")!.Value.Mode);
        Assert.Equal(0x1FF, tree.Stat("d")!.Value.Mode);
        Assert.Equal(0, tree.Stat("none")!.Value.Mode);
        Assert.Equal(0, tree.Stat("none/f")!.Value.Mode);
        Assert.Equal(0x1B6, tree.Stat("p")!.Value.Mode);
    }

    [Fact]
    public async Task Nodes_WhenThere_AreMade()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Device('3', "null", 1, 3).Device('4', "sda", 8, 300).Entry('6', "pipe"));
        Assert.True(tree.Stat("null") is { Kind: FileKind.CharacterDevice, Node: (1, 3) });
        Assert.True(tree.Stat("sda") is { Kind: FileKind.BlockDevice, Node: (8, 300) });
        Assert.Equal(FileKind.Fifo, tree.Stat("pipe")!.Value.Kind);
        Assert.Equal(4, tree.Record.Inodes);
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(13_569_465_600)] // the year 2400
    [InlineData(long.MaxValue)]
    public async Task Times_WhenExtreme_AreTakenAsTheFileSystemCan(long mtime)
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Entry('0', "f", "x"u8.ToArray(), mtime: mtime).Entry('5', "d", mtime: mtime).Entry('2', "l", link: "f", mtime: mtime));
        Assert.Equal("x", tree.Read("f"));
    }

    [Fact]
    public async Task Names_WhenNotUtf8OrOdd_AreKept()
    {
        byte[] odd = [0xff, 0xfe, (byte)' ', (byte)'\n', (byte)'"'];
        await _stores.UnpackTreeAsync(new TarBuilder().File("f", "x", pax: ("path", odd)));
        using var layer = DirectoryTree.Open(_stores.Layers.TreePath(_stores.Layers.List()[0].DiffId));
        Assert.Equal(odd, Assert.Single(layer.List(".")).Name);
    }

    [Fact]
    public async Task Names_WhenAtTheLimit_AreKept()
    {
        var name = new string('n', 255);
        Assert.NotNull((await _stores.UnpackTreeAsync(new TarBuilder().File("f", "x", pax: ("path", Encoding.ASCII.GetBytes(name + "/" + name))))).Stat(name + "/" + name));
    }

    [Fact]
    public async Task Names_WhenUntidy_AreTidied()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Folder("./").File(".//a/./b//../c", "x").Folder("/d//"));
        Assert.NotNull(tree.Stat("a/c"));
        Assert.NotNull(tree.Stat("d"));
        Assert.Equal(["a"], tree.Record.ImpliedFolders);
    }

    [Fact]
    public async Task Parents_WhenBehindALinkToNothing_AreMadeInsideTheLayer()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Symlink("lib", "usr/lib").File("lib/x", "1").Folder("lib/d", 0x1C0).Symlink("abs", "/var/abs").File("abs/y", "2"));
        Assert.Equal("1", tree.Read("usr/lib/x"));
        Assert.Equal("2", tree.Read("var/abs/y"));
        Assert.Equal(0x1C0, tree.Stat("usr/lib/d")!.Value.Mode);
        Assert.Equal(0x1ED, tree.Stat("usr/lib")!.Value.Mode);
    }

    [Fact]
    public async Task Numbers_WhenBase256_AreRead()
    {
        var header = TarBuilder.Header('0', "f"u8, default, 0x1A4, 0, 0, 0, 0, 0, 0);
        new byte[] { 0x80, 0, 0, 0, 0x77, 0x35, 0x94, 0 }.CopyTo(header, 108);
        new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe }.CopyTo(header, 136);
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Raw(TarBuilder.Sum(header)));
        Assert.True(tree.Stat("f") is { UserId: 0x77359400, ModifiedAt.Seconds: -2 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task End_WhenZeroBlocksAreMissing_IsTheEnd(bool one)
    {
        var tar = new TarBuilder().File("f", "x");
        if (one)
        {
            tar.Raw(new byte[512]);
        }

        Assert.Equal(1, (await _stores.UnpackAsync(tar.Build(terminated: false))).SizeBytes);
    }

    [Fact]
    public async Task Layer_WhenEmpty_IsEmpty()
    {
        var record = await _stores.UnpackAsync(new byte[1024]);
        Assert.Equal((0, 1), (record.SizeBytes, record.Inodes));
        Assert.Equal([""], record.ImpliedFolders);
    }

    public void Dispose() => _stores.Dispose();
}
