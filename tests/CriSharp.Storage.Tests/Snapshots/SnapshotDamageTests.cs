using CriSharp.Primitives;
using CriSharp.TestSupport.Records;

namespace CriSharp.Storage.Tests.Snapshots;

public sealed class SnapshotDamageTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    private string RecordPath => Path.Combine(_stores.Root, "snapshots", "c1", "snapshot.json");

    public void Dispose() => _stores.Dispose();

    [Fact]
    public async Task Find_WhenTheRecordIsDamagedInAnyWay_NeverGivesOtherLayers()
    {
        var layer = await _stores.UnpackAsync(new TarBuilder().File("x", "hello").Build());
        _stores.Snapshots.Prepare("c1", [layer.DiffId]);
        var whole = File.ReadAllBytes(RecordPath);
        foreach (var (what, content) in Damage.Of(whole))
        {
            File.WriteAllBytes(RecordPath, content);
            AssertRefused(what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            Damage.Clear(RecordPath);
            put(RecordPath);
            AssertRefused(what);
        }

        Damage.Clear(RecordPath);
        File.WriteAllBytes(RecordPath, whole);
        Assert.Equal([layer.DiffId], _stores.Snapshots.Find("c1")!.Layers);
        StoredRecord.MakeFirstVersion(RecordPath);
        Assert.Equal([layer.DiffId], _stores.Snapshots.Find("c1")!.Layers);
    }

    /// <summary>Its name had reached the disk, its content had not.</summary>
    [Fact]
    public void Open_WhenAPowerCutLeftAnEmptyRecord_SweepsTheSnapshot()
    {
        _stores.Snapshots.Prepare("c1", []);
        File.WriteAllBytes(RecordPath, []);

        _stores.Reopen();

        Assert.Empty(_stores.Snapshots.List());
    }

    /// <summary>A container may run on it.</summary>
    [Fact]
    public void Open_WhenARecordIsDamaged_LeavesTheSnapshotAlone()
    {
        _stores.Snapshots.Prepare("c1", []);
        File.WriteAllText(RecordPath, "{ \"vers");

        _stores.Reopen();

        Assert.Equal("c1", Assert.Single(_stores.Snapshots.List()));
    }

    private void AssertRefused(string what)
    {
        var failure = Record.Exception(() => _stores.Snapshots.Find("c1"));
        Assert.True(failure is RuntimeException { Kind: ErrorKind.DataLoss }, $"{what}: {failure?.Message ?? "believed"}");
    }
}
