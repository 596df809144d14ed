using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Layers that try to leave their tree, to steer overlayfs, or to use the machine up: each fails with nothing left, or is harmless.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private static readonly LayerLimits SmallLimits = new() { Entries = 100, TarBytes = 16 << 20, FileBytes = 1 << 30, SparsePieces = 100, FolderFactsBytes = 9_000_000, ReplacedTrees = 3, TrailerBytes = 10_000, ForeignLinks = 5 };
    private readonly StoreFixture _stores = new(SmallLimits);

    /// <summary>Names that lead out of the layer or that Linux can't have.</summary>
    public static TheoryData<string> BadNames =>
    [
        "../x", "a/../../x", "./../x", "..", "/..", "a/b/../../../x",
        ".wh.", "a/.wh.", ".wh..", "a/.wh..", ".wh...", "a/.wh...", ".wh.../x", ".wh.a/x",
        new string('n', 256), "a/" + new string('n', 300) + "/b",
    ];

    [Theory] // CVE-2014-9356, CVE-2014-6408
    [MemberData(nameof(BadNames))]
    public async Task Unpack_WhenNameLeadsOutOrCannotBe_FailsAndLeavesNothing(string name)
    {
        var pax = new[] { ("path", Encoding.UTF8.GetBytes(name)) };
        await AssertMalformedAsync(new TarBuilder().Folder("a").File("short", "x", pax: pax));
    }

    [Fact] // CVE-2024-9407's kin: a path that only becomes long when joined
    public async Task Unpack_WhenPathIs64KiB_Fails() =>
        await AssertMalformedAsync(new TarBuilder().Entry('L', "././@LongLink", Encoding.ASCII.GetBytes(string.Join('/', Enumerable.Repeat("dir", 16 * 1024)) + "\0")).File("x", "x"));

    [Fact]
    public async Task Unpack_WhenPathHasTenThousandFolders_Fails() =>
        await AssertMalformedAsync(new TarBuilder().Folder("x", pax: ("path", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("d/", 10_000))))));

    [Fact]
    public async Task Unpack_WhenTwoThousandFoldersDeep_IsMadeAndRemoved()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Entry('0', "x", "deep"u8.ToArray(), pax: ("path", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("d/", 2000)) + "f"))));
        Assert.Equal(2002, tree.Record.Inodes);
        _stores.Layers.Remove(tree.Record.DiffId);
        _stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Unpack_WhenNameHoldsNul_Fails() => await AssertMalformedAsync(new TarBuilder().File("x", "x", pax: ("path", "a\0b"u8.ToArray())));

    [Fact]
    public async Task Unpack_WhenNameIsAbsolute_StaysInLayer()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().File("/etc/crisharp-test", "inside"));
        Assert.Equal("inside", tree.Read("etc/crisharp-test"));
        Assert.False(File.Exists("/etc/crisharp-test"));
    }

    [Theory] // CVE-2014-6407, CVE-2021-32760
    [InlineData("/outside")]
    [InlineData("../../../../../../../../outside")]
    [InlineData("loop/../../../outside")]
    public async Task Unpack_WhenWritingThroughLinkThatLeadsOut_StaysInLayer(string linkTarget)
    {
        var outside = Directory.CreateTempSubdirectory("crisharp-outside-").FullName;
        try
        {
            File.SetUnixFileMode(outside, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var target = linkTarget.Replace("outside", outside.TrimStart('/'), StringComparison.Ordinal);
            await _stores.UnpackTreeAsync(new TarBuilder()
                .Folder("loop").Symlink("a", target).File("a/passwd", "evil").Folder("a/", 0xFFF, 5, 5).Folder("a/sub", 0xFFF).Whiteout("a/.wh.x").Whiteout("a/.wh..wh..opq"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(outside));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(outside));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact] // CVE-2021-32760
    public async Task Unpack_WhenFolderIsReplacedByLink_ItsModeIsNotGivenToTheTarget()
    {
        var outside = Directory.CreateTempSubdirectory("crisharp-outside-").FullName;
        var before = File.GetUnixFileMode(outside);
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Folder("d", 0xFFF, 7, 7).Folder("d/e", 0xFFF, 7, 7).Symlink("d", outside));
        Assert.Equal(before, File.GetUnixFileMode(outside));
        Assert.Equal(FileKind.SymbolicLink, tree.Stat("d")!.Value.Kind);
        Directory.Delete(outside);
    }

    [Fact] // CVE-2024-45310's kin: a link to itself
    public async Task Unpack_WhenLinksLoop_Fails() => await AssertMalformedAsync(new TarBuilder().Symlink("a", "b").Symlink("b", "a").File("a/x", "x"));

    [Theory] // CVE-2014-6407
    [InlineData("../../etc/passwd")]
    [InlineData("a/../../../etc/passwd")]
    [InlineData("")]
    [InlineData("/")]
    public async Task Unpack_WhenHardLinkLeadsOut_Fails(string target) => await AssertMalformedAsync(new TarBuilder().HardLink("b", target));

    [Theory] // CVE-2014-6407
    [InlineData("etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("up/etc/passwd")]
    public async Task Unpack_WhenHardLinkPointsAtHostFile_Fails(string target) =>
        await AssertMalformedAsync(new TarBuilder().Symlink("up", "/").HardLink("b", target));

    [Fact]
    public async Task Unpack_WhenHardLinkPointsAtLink_LinkItselfIsLinked()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder().Symlink("a", "/etc/passwd").HardLink("b", "a"));
        Assert.True(tree.Stat("b") is { Kind: FileKind.SymbolicLink, LinkCount: 2 });
    }

    [Fact]
    public async Task Unpack_WhenHardLinkPointsAtFolderOrWhiteout_Fails()
    {
        await AssertMalformedAsync(new TarBuilder().Folder("a").HardLink("b", "a"));
        await AssertMalformedAsync(new TarBuilder().Whiteout(".wh.a").HardLink("b", "a"));
    }

    [Fact]
    public async Task Unpack_WhenFileIsUsedAsFolder_Fails() => await AssertMalformedAsync(new TarBuilder().File("a", "x").File("a/b", "x"));

    [Theory]
    [InlineData("trusted.overlay.redirect")]
    [InlineData("trusted.overlay.metacopy")]
    [InlineData("trusted.overlay.opaque")]
    [InlineData("trusted.overlay.whiteout")]
    [InlineData("user.overlay.opaque")]
    [InlineData("user.overlay.redirect")]
    [InlineData("security.selinux")]
    [InlineData("security.ima")]
    public async Task Unpack_WhenAttributeSteersTheKernel_IsDropped(string name)
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder()
            .File("f", "x", pax: ("SCHILY.xattr." + name, "/../x"u8.ToArray())).Folder("d", pax: ("SCHILY.xattr." + name, "y"u8.ToArray())));
        Assert.Null(tree.Attribute("f", name));
        Assert.Null(tree.Attribute("d", name));
    }

    [Theory]
    [InlineData('0')]
    [InlineData('6')]
    public async Task Unpack_WhenADefaultAclIsNotOnAFolder_Fails(char type) => await AssertMalformedAsync(new TarBuilder().Entry(
        type, "x", pax: ("SCHILY.xattr.system.posix_acl_default", [2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 4, 0, 5, 0, 255, 255, 255, 255, 32, 0, 5, 0, 255, 255, 255, 255])));

    [Fact]
    public async Task Unpack_WhenAnAclIsNone_Fails() =>
        await AssertMalformedAsync(new TarBuilder().Folder("d", pax: ("SCHILY.xattr.system.posix_acl_default", [2, 0, 0, 0, 1])));

    [Fact]
    public async Task Unpack_WhenEntriesAreTooMany_Fails()
    {
        var tar = new TarBuilder();
        for (var i = 0; i <= SmallLimits.Entries; i++)
        {
            tar.File($"f{i}", "");
        }

        await AssertMalformedAsync(tar);
    }

    [Fact] // What must be remembered of folders until the end
    public async Task Unpack_WhenFoldersNeedMuchMemory_Fails()
    {
        var tar = new TarBuilder();
        for (var i = 0; i < 90; i++)
        {
            tar.Folder($"d{i}", pax: [("SCHILY.xattr.user.x", new byte[60_000]), ("SCHILY.xattr.user.y", new byte[60_000])]);
        }

        await AssertMalformedAsync(tar);
    }

    [Fact] // Each replacement looks through all folders
    public async Task Unpack_WhenFoldersAreReplacedAgainAndAgain_Fails()
    {
        var tar = new TarBuilder();
        for (var i = 0; i < 5; i++)
        {
            tar.Folder("d").File("d/x", "").File("d", "");
        }

        await AssertMalformedAsync(tar);
    }

    [Fact]
    public async Task Unpack_WhenMuchFollowsTheEnd_Fails() => await AssertMalformedAsync(new TarBuilder().Raw(new byte[20_000]));

    [Fact]
    public async Task Unpack_WhenThereAreManyLinksToOtherLayers_Fails()
    {
        var tar = new TarBuilder();
        for (var i = 0; i < 10; i++)
        {
            tar.HardLink($"l{i}", $"elsewhere{i}");
        }

        await AssertMalformedAsync(tar);
    }

    [Fact] // A header that claims 4 GiB of extended attributes
    public async Task Unpack_WhenExtendedHeaderIsHuge_Fails() =>
        await AssertMalformedAsync(new TarBuilder().Entry('x', "pax", size: 4L << 30).File("x", "x"));

    [Fact]
    public async Task Unpack_WhenExtendedHeadersNeverEnd_Fails()
    {
        var tar = new TarBuilder();
        for (var i = 0; i < 50; i++)
        {
            tar.Pax('x', ("comment", "again"u8.ToArray()));
        }

        await AssertMalformedAsync(tar.File("x", "x"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public async Task Unpack_WhenSizeIsNegativeOrHuge_Fails(long size) => await AssertMalformedAsync(new TarBuilder().Entry('0', "x", "data"u8.ToArray(), size: size));

    [Fact]
    public async Task Unpack_WhenSizeOverflows64Bits_Fails()
    {
        var header = TarBuilder.Header('0', "x"u8, default, 0x1A4, 0, 0, 0, 0, 0, 0);
        header.AsSpan(124, 12).Fill(0x77);
        header[124] = 0x80;
        await AssertMalformedAsync(new TarBuilder().Raw(TarBuilder.Sum(header)));
    }

    [Theory] // CVE-2024-40635's kin: account numbers that wrap
    [InlineData(-1)]
    [InlineData(4294967295)]
    [InlineData(4294967296)]
    public async Task Unpack_WhenAccountIsOutOfRange_Fails(long account)
    {
        await AssertMalformedAsync(new TarBuilder().Entry('0', "x", uid: account));
        await AssertMalformedAsync(new TarBuilder().Entry('0', "x", gid: account));
    }

    [Fact] // 8 EiB of holes
    public async Task Unpack_WhenSparseFileClaimsTooMuch_Fails() => await AssertMalformedAsync(new TarBuilder().Entry(
        '0', "x", [], pax: [("GNU.sparse.size", "9223372036854775807"u8.ToArray()), ("GNU.sparse.map", "9223372036854775806,0"u8.ToArray())]));

    [Theory]
    [InlineData("0,10,5,10", 15)] // overlap
    [InlineData("10,5,0,5", 20)] // order
    [InlineData("0,10", 5)] // beyond the end
    [InlineData("0,5", 100)] // fewer than stored
    [InlineData("0", 100)] // half a piece
    [InlineData("9223372036854775807,10", 100)]
    public async Task Unpack_WhenSparseMapDoesNotAddUp_Fails(string map, int size) => await AssertMalformedAsync(new TarBuilder().Entry(
        '0', "x", new byte[10], pax: [("GNU.sparse.size", Encoding.ASCII.GetBytes($"{size}")), ("GNU.sparse.map", Encoding.ASCII.GetBytes(map))]));

    [Fact] // CVE-2020-1702's kin, a gzip bomb: 1000 to 1
    public async Task Unpack_WhenItUnfoldsBeyondTheLimit_Fails()
    {
        var tar = new TarBuilder().Entry('0', "zeros", new byte[32 << 20]).Build();
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _stores.UnpackAsync(tar));
        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        _stores.AssertNothingLeft();
    }

    [Theory]
    [InlineData('M')]
    [InlineData('D')]
    [InlineData('\u00ff')]
    public async Task Unpack_WhenTypeIsUnknown_Fails(char type) => await AssertMalformedAsync(new TarBuilder().Entry(type, "x"));

    [Theory]
    [InlineData("")]
    [InlineData("3 x")]
    [InlineData("99999999999 path=x\n")]
    [InlineData("10 path=x\n10")]
    [InlineData("-5 path=x\n")]
    [InlineData("6 =ab\n")]
    [InlineData("13 size=-100\n")]
    [InlineData("14 mtime=1.2x\n")]
    public async Task Unpack_WhenExtendedHeaderIsMalformed_FailsOrIsEmpty(string text)
    {
        var tar = new TarBuilder().Extended('x', Encoding.ASCII.GetBytes(text)).File("f", "x");
        if (text.Length == 0)
        {
            await _stores.UnpackTreeAsync(tar);
            return;
        }

        await AssertMalformedAsync(tar);
    }

    [Fact]
    public async Task Unpack_WhenChecksumIsWrong_Fails()
    {
        var header = TarBuilder.Header('0', "x"u8, default, 0x1A4, 0, 0, 0, 0, 0, 0);
        TarBuilder.Sum(header)[0] ^= 1;
        await AssertMalformedAsync(new TarBuilder().Raw(header));
    }

    public void Dispose() => _stores.Dispose();

    private async Task AssertMalformedAsync(TarBuilder tar)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _stores.UnpackAsync(tar.Build()));
        Assert.True(failure.Kind == ErrorKind.DataLoss, failure.Message);
        Assert.StartsWith("unpacking layer sha256:", failure.Message, StringComparison.Ordinal);
        _stores.AssertNothingLeft();
    }
}
