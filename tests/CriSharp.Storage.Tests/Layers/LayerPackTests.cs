using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using CriSharp.Storage.Tests.Exact;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>What is in the tar of a layer that is packed again; that all of it comes back is tried by <see cref="PackedTreeTests"/>.</summary>
public sealed class LayerPackTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Pack_OfALayerThatRemoves_HasItsWhiteouts()
    {
        var record = await _stores.UnpackAsync(
            new TarBuilder().Folder("./").File("z", "1").Folder("d").Whiteout("d/.wh..wh..opq").File("d/new", "2").Whiteout(".wh.b").File("a", "1").Build());

        Assert.Equal(["./ Directory", "a Regular", ".wh.b Regular", "z Regular", "d/ Directory", "d/.wh..wh..opq Regular", "d/new Regular"], Entries(record.DiffId));
    }

    [Fact]
    public async Task Pack_OfImpliedFolders_ImpliesThemAgain()
    {
        var record = await _stores.UnpackAsync(new TarBuilder().Whiteout(".wh..wh..opq").File("d/e/f", "1").HardLink("d/g", "d/e/f").Build());

        Assert.Equal([".wh..wh..opq Regular", "d/g Regular", "d/e/f HardLink"], Entries(record.DiffId));
    }

    [Fact]
    public async Task Pack_OfAFileThatIsMostlyAHole_IsSmallAndComesBackSo()
    {
        const long Size = 1L << 32;
        var map = $"{Size - 3},3";
        var tar = new TarBuilder().Entry(
            '0', "x", "end"u8.ToArray(), pax: [("GNU.sparse.major", "0"u8.ToArray()), ("GNU.sparse.map", Encoding.ASCII.GetBytes(map)), ("GNU.sparse.size", Encoding.ASCII.GetBytes($"{Size}"))]);
        var record = await _stores.UnpackAsync(tar.Build());

        var packed = Pack(record.DiffId);
        _stores.Layers.Remove(record.DiffId);
        var again = new UnpackedTree(record, _stores.Layers.TreePath((await _stores.UnpackAsync(packed)).DiffId)).Stat("x")!.Value;

        Assert.InRange(packed.Length, 1, 20_000);
        Assert.Equal(Size, again.SizeBytes);
        Assert.InRange(again.AllocatedBytes, 1, 1 << 20);
    }

    [Fact]
    public async Task Pack_OfASocket_LeavesItOutAndSaysSo()
    {
        var record = await _stores.UnpackAsync(new TarBuilder().File("a", "1").Build());
        using (var tree = DirectoryTree.Open(_stores.Layers.TreePath(record.DiffId)))
        {
            tree.MakeNode("s", FileKind.Socket, Permissions.PrivateFile);
        }

        var packed = await _stores.Layers.MeasureAsync(record.DiffId, CancellationToken.None);

        Assert.Equal(["\"s\" is a socket"], packed.Skipped);
        Assert.Equal(["a Regular"], Entries(record.DiffId));
    }

    [Fact]
    public async Task Pack_OfALayerThatIsNotThere_IsRefused()
    {
        var absent = new DiffId(StoreFixture.DigestOf([1]));

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => _stores.Layers.MeasureAsync(absent, CancellationToken.None));

        Assert.Equal(ErrorKind.FailedPrecondition, refused.Kind);
    }

    [Fact]
    public async Task Pack_WhenCancelled_Ends()
    {
        var record = await _stores.UnpackAsync(new TarBuilder().File("a", "1").Build());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _stores.Layers.MeasureAsync(record.DiffId, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData((1L << 33) - 1, 7u, 0L)]
    [InlineData(1L << 33, (1u << 21) - 1, (1L << 33) - 1)]
    [InlineData(8L << 40, 1u << 21, 1L << 33)]
    [InlineData(1, uint.MaxValue - 1, -1L)]
    public void Write_OfNumbersAtTheBordersOfTheirFields_KeepsThem(long size, uint account, long seconds)
    {
        using var output = new MemoryStream();
        var entry = new TarEntry
        {
            Kind = TarEntryKind.Regular,
            Path = "x"u8.ToArray(),
            LinkTarget = [],
            Mode = 0x1FF,
            UserId = account,
            GroupId = account,
            ModifiedAt = new FileTime(seconds, 0),
            NodeMajor = 0,
            NodeMinor = 0,
            SizeBytes = size,
            Attributes = [],
        };
        new TarWriter(output).WriteEntry(entry);

        using var source = new MemorySource(output.ToArray(), 512);
        var read = new TarReader(source, new LayerLimits()).ReadEntry()!;

        Assert.Equal((size, account, account, seconds), (read.SizeBytes, read.UserId, read.GroupId, read.ModifiedAt.Seconds));
    }

    private string[] Entries(DiffId layer) => [.. MemorySource.ReadAll(Pack(layer), new LayerLimits()).Select(read => $"{Encoding.UTF8.GetString(read.Entry.Path)} {read.Entry.Kind}")];

    private byte[] Pack(DiffId layer)
    {
        using var tar = new MemoryStream();
        _stores.Layers.Pack(layer, tar, CancellationToken.None);
        return tar.ToArray();
    }
}
