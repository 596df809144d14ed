using CriSharp.Linux.Files;
using CriSharp.Primitives;
using CriSharp.Storage.Content;

namespace CriSharp.Storage.Tests.Content;

public sealed class ContentStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("crisharp-content-").FullName;
    private readonly byte[] _blob = "{\"schemaVersion\":2}"u8.ToArray();

    [Fact]
    public async Task Ingest_WhenDigestFits_IsThereAlsoAfterAReopen()
    {
        var digest = StoreFixture.DigestOf(_blob);
        Assert.Equal(_blob.Length, await ContentStore.Open(_root).IngestAsync(new MemoryStream(_blob), digest, 100, CancellationToken.None));
        var store = ContentStore.Open(_root);
        await store.IngestAsync(new MemoryStream(_blob), digest, 100, CancellationToken.None);
        Assert.Equal(_blob, store.TryRead(digest, 100));
        Assert.Equal([digest], store.List());
        await using (var stream = store.OpenRead(digest))
        {
            Assert.Equal(_blob.Length, stream.Length);
        }

        store.Remove(digest);
        store.Remove(digest);
        Assert.Null(store.TryRead(digest, 100));
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => store.OpenRead(digest)).Kind);
    }

    [Fact]
    public async Task Ingest_WhenDigestIsWrongOrTooLong_LeavesNothing()
    {
        var store = ContentStore.Open(_root);
        var wrong = await Assert.ThrowsAsync<RuntimeException>(() => store.IngestAsync(new MemoryStream(_blob), StoreFixture.DigestOf([1]), 100, CancellationToken.None));
        Assert.Equal(ErrorKind.DataLoss, wrong.Kind);
        var tooLong = await Assert.ThrowsAsync<RuntimeException>(() => store.IngestAsync(new MemoryStream(_blob), StoreFixture.DigestOf(_blob), 10, CancellationToken.None));
        Assert.Equal(ErrorKind.ResourceExhausted, tooLong.Kind);
        Assert.Empty(Directory.EnumerateFiles(_root, "*", SearchOption.AllDirectories));
        Assert.Empty(store.List());
    }

    public void Dispose() => TreeRemoval.Remove(_root);
}
