using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

public sealed class LayerStoreTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unpack_WhenGzipOrPlain_FilesAreThere(bool gzip)
    {
        var tar = new TarBuilder().Folder("./").Folder("a/", 0x1C0, 1, 2).File("a/x", "hello", 0x9ED, 3, 4).Symlink("a/l", "x").HardLink("b", "a/x").Build();
        var source = StoreFixture.SourceOf(tar, gzip);
        var record = await _stores.Layers.UnpackAsync(source, null, CancellationToken.None);
        var tree = new UnpackedTree(record, _stores.Layers.TreePath(record.DiffId));
        Assert.Equal("hello", tree.Read("a/x"));
        Assert.True(tree.Stat("a/x") is { Mode: 0x9ED, UserId: 3, GroupId: 4, LinkCount: 2, ModifiedAt.Seconds: 1_000_000_000 });
        Assert.True(tree.Stat("a") is { Mode: 0x1C0, UserId: 1, GroupId: 2, ModifiedAt.Seconds: 1_000_000_000 });
        Assert.Equal(5, record.SizeBytes);
        Assert.Equal(4, record.Inodes);
        Assert.Equal(source.Blob.Digest, record.BlobDigest);
        Assert.Empty(record.ImpliedFolders);
    }

    public void Dispose() => _stores.Dispose();
}
