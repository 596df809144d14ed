using CriSharp.Storage.Content;
using CriSharp.TestSupport.Records;

namespace CriSharp.Storage.Tests.Layers;

public sealed class LayerRecordDamageTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Open_WhenARecordIsDamagedInAnyWay_NeverBelievesItAndKeepsTheTree()
    {
        var (layer, path) = await LayerAsync();
        var whole = File.ReadAllBytes(path);

        // Each time two folders move: a part of all damages does; the record's own test has them all.
        foreach (var (what, content) in Damage.Of(whole).Where((_, number) => number % 37 == 0))
        {
            File.WriteAllBytes(path, content);
            AssertSetAside(layer, what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            File.Delete(path);
            put(path);
            AssertSetAside(layer, what);
            Damage.Clear(path);
            File.WriteAllBytes(path, whole);
        }

        _stores.Reopen();
        Assert.NotNull(_stores.Layers.Find(layer.DiffId));
    }

    [Fact]
    public async Task Open_WhenARecordIsOfALaterRelease_NamesBothVersionsAndDeletesNothing()
    {
        var (layer, path) = await LayerAsync();
        StoredRecord.Change(path, document => document["version"] = 9);

        _stores.Reopen();

        var entry = Assert.Single(new BrokenRecords(_stores.Root).List());
        Assert.Equal(("layer", Path.GetFileName(Path.GetDirectoryName(path))), (entry.Noun, entry.Id));
        Assert.Contains("version 9 and this release reads up to 2", entry.Reason, StringComparison.Ordinal);
        Assert.Equal("hello", File.ReadAllText(Path.Combine(entry.Path, "tree", "x")));
        Assert.Null(_stores.Layers.Find(layer.DiffId));
    }

    [Fact]
    public async Task Open_WhenARecordIsOfTheFirstRelease_ReadsIt()
    {
        var (layer, path) = await LayerAsync();
        StoredRecord.MakeFirstVersion(path);

        _stores.Reopen();

        Assert.NotNull(_stores.Layers.Find(layer.DiffId));
    }

    private async Task<(Storage.Layers.LayerRecord Layer, string Path)> LayerAsync()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().File("x", "hello").Build());
        _stores.Layers.SyncFileSystem();
        return (layer, Path.Combine(Path.GetDirectoryName(_stores.Layers.TreePath(layer.DiffId))!, "record.json"));
    }

    /// <summary>And puts it back for the next damage.</summary>
    private void AssertSetAside(Storage.Layers.LayerRecord layer, string what)
    {
        _stores.Reopen();
        Assert.True(_stores.Layers.Find(layer.DiffId) is null, what);
        Assert.True(_stores.Layers.SetAside.Count == 1, what);
        var broken = new BrokenRecords(_stores.Root);
        var entry = Assert.Single(broken.List());
        Directory.Move(entry.Path, Path.GetDirectoryName(_stores.Layers.TreePath(layer.DiffId))!);
        broken.Remove(entry);
    }
}
