using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>Blobs that are files, not tars.</summary>
public sealed class FileIntakeTests
{
    private static readonly byte[] Bytes = new byte[3 << 20];

    [Fact]
    public async Task Unpack_OfAFile_CountsItAndItsFolders()
    {
        using var stores = new StoreFixture();

        var record = await stores.Layers.UnpackAsync(SourceOf("a/b/file"), null, CancellationToken.None);

        Assert.Equal("a/b/file", record.FileName);
        Assert.Equal(Bytes.Length, record.SizeBytes);
        var used = TreeUsage.Measure(stores.Layers.TreePath(record.DiffId));
        Assert.Equal(used.Inodes, record.Inodes);
        Assert.Equal(Bytes.Length, new FileInfo(Path.Combine(stores.Layers.TreePath(record.DiffId), "a/b/file")).Length);
        stores.Layers.SyncFileSystem();
        stores.Reopen();
        Assert.Equivalent(record, stores.Layers.Find(record.DiffId), strict: true);
        Assert.Null(stores.Layers.VerifyContent(record.DiffId, CancellationToken.None));
        Assert.Equal((record.SizeBytes, record.Inodes), stores.Layers.Usage);
    }

    [Theory]
    [InlineData(1L << 60, 8L << 40)]
    [InlineData(0, 1 << 20)]
    public async Task Unpack_BeyondALimit_LeavesNothing(long kept, long fileBytes)
    {
        using var stores = new StoreFixture(new LayerLimits { FreeBytesKept = kept, FileBytes = fileBytes });

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => stores.Layers.UnpackAsync(SourceOf("file"), null, CancellationToken.None));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        Assert.Empty(StagingFolders.Entries(stores.Root));
        Assert.Empty(stores.Layers.List());
    }

    [Fact]
    public async Task Unpack_ThatIsNotSynced_IsSweptByTheNextStart()
    {
        using var stores = new StoreFixture();
        var record = await stores.Layers.UnpackAsync(SourceOf("file"), null, CancellationToken.None);

        stores.Reopen();

        Assert.Null(stores.Layers.Find(record.DiffId));
        Assert.Single(stores.Layers.Swept);
        Assert.Equal((0L, 0L), stores.Layers.Usage);
    }

    private static LayerSource SourceOf(string name) => new()
    {
        Content = new MemoryStream(Bytes),
        Blob = new Descriptor { MediaType = "application/octet-stream", Digest = StoreFixture.DigestOf(Bytes), SizeBytes = Bytes.Length },
        DiffId = new DiffId(StoreFixture.DigestOf(System.Text.Encoding.UTF8.GetBytes(name))),
        FileName = name,
    };
}
