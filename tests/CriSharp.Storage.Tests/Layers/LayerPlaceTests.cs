using CriSharp.Storage.Content;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>What lies in a layer's place when something could not be moved.</summary>
public sealed class LayerPlaceTests : IDisposable
{
    private static readonly byte[] SomeTar = new TarBuilder().File("a/x", "hello").Build();

    private readonly StoreFixture _stores = new();

    public void Dispose() => _stores.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remove_WhenItFails_TheLayerIsThereAsBefore(bool synced)
    {
        _stores.Reopen("boot 1");
        var record = await _stores.UnpackAsync(SomeTar);
        if (synced)
        {
            _stores.Layers.SyncFileSystem();
        }

        var staging = Path.Combine(_stores.Root, "layers", ".staging");
        Directory.Delete(staging);
        Assert.ThrowsAny<IOException>(() => _stores.Layers.Remove(record.DiffId));
        Directory.CreateDirectory(staging);

        Assert.Equal(record, _stores.Layers.Find(record.DiffId));
        Assert.Equal((record.SizeBytes, record.Inodes), _stores.Layers.Usage);
        Assert.Equal(synced, !_stores.Layers.Unsynced().Contains(record.DiffId));
        _stores.Layers.Remove(record.DiffId);
        _stores.AssertNothingLeft();
    }

    /// <summary>A damaged layer that could not be set aside at the start, on which a container may run.</summary>
    [Fact]
    public async Task Unpack_WhenSomethingUnknownLiesInTheLayersPlace_SetsItAside()
    {
        var source = StoreFixture.SourceOf(SomeTar);
        var tree = Directory.CreateDirectory(_stores.Layers.TreePath(source.DiffId)).FullName;
        File.WriteAllText(Path.Combine(tree, "left"), "of another time");

        var record = await _stores.Layers.UnpackAsync(source, null, CancellationToken.None);

        Assert.Equal("hello", new UnpackedTree(record, tree).Read("a/x"));
        Assert.False(File.Exists(Path.Combine(tree, "left")));
        Assert.True(File.Exists(Path.Combine(Assert.Single(new BrokenRecords(_stores.Root).List()).Path, "tree", "left")));
    }
}
