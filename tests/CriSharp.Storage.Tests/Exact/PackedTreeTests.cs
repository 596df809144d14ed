using System.Text.RegularExpressions;
using CriSharp.Linux.Files;
using CriSharp.Oci;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport.Fuzzing;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// Layers that were unpacked, packed again and unpacked again are what they were, for us and for GNU tar, and packing them once more gives the same bytes.
/// Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.
/// </summary>
public sealed partial class PackedTreeTests(ITestOutputHelper output) : IDisposable
{
    private readonly StoreFixture _stores = new();
    private readonly StoreFixture _others = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-packed-").FullName;

    [Fact]
    public async Task Pack_OfARandomTree_IsThatTree() => output.WriteLine(await FuzzRun.EachAsync(cases: 4, TryTreeAsync));

    [Fact]
    public async Task Pack_OfRandomLayers_GivesTheSameLayers() => output.WriteLine(await FuzzRun.EachAsync(cases: 10, TryLayersAsync));

    public void Dispose()
    {
        _stores.Dispose();
        _others.Dispose();
        TreeRemoval.Remove(_folder);
    }

    private async Task TryTreeAsync(Random random)
    {
        var format = ArchiveFormat.All["pax sparse 1.0"];
        var original = Directory.CreateDirectory(Path.Combine(_folder, "tree")).FullName;
        var archive = Path.Combine(_folder, "archive.tar");
        using (var tree = new RandomTree(random, format))
        {
            tree.Make(original, entries: 60);
        }

        await Shell.RunAsync(format.Command, original, ("ARCHIVE", archive));
        var record = await _stores.UnpackAsync(await File.ReadAllBytesAsync(archive));
        var packed = await PackAgainAsync(record);

        TreeLook.AssertSame(TreeLook.Of(original), TreeLook.Of(_others.Layers.TreePath(packed.DiffId)));
        using (var file = File.Create(archive))
        {
            _stores.Layers.Pack(record.DiffId, file, CancellationToken.None);
        }

        var byTar = Directory.CreateDirectory(Path.Combine(_folder, "by-tar")).FullName;
        await Shell.RunAsync("tar -xpf $ARCHIVE --numeric-owner --xattrs --xattrs-include='*'", byTar, ("ARCHIVE", archive));
        TreeLook.AssertSame(TreeLook.Of(original), TreeLook.Of(byTar));
        foreach (var folder in new[] { original, byTar })
        {
            TreeRemoval.Remove(folder);
        }

        RemoveLayers();
    }

    private async Task TryLayersAsync(Random random)
    {
        var below = new List<DiffId>();
        foreach (var tar in new RandomImage(random).Make(layers: random.Next(2, 6)))
        {
            var record = await _stores.Layers.UnpackAsync(StoreFixture.SourceOf(tar, gzip: false, lowers: [.. below]), null, CancellationToken.None);
            below.Add(record.DiffId);
            await PackAgainAsync(record);
        }

        RemoveLayers();
    }

    private async Task<LayerRecord> PackAgainAsync(LayerRecord record)
    {
        var (tar, packed) = Pack(_stores, record.DiffId);
        Assert.Equal((StoreFixture.DigestOf(tar), (long)tar.Length), (packed.Digest, packed.SizeBytes));
        Assert.Equal(packed, await _stores.Layers.MeasureAsync(record.DiffId, CancellationToken.None) with { Skipped = packed.Skipped });
        Assert.Empty(packed.Skipped);

        var again = await _others.UnpackAsync(tar);

        Assert.Equal((record.Inodes, record.HidesLowers, record.TreeChecksum), (again.Inodes, again.HidesLowers, again.TreeChecksum));
        Assert.Equal(record.ImpliedFolders.Order(StringComparer.Ordinal), again.ImpliedFolders.Order(StringComparer.Ordinal));
        TreeLook.AssertSame(Look(_stores, record), Look(_others, again));
        Assert.Equal(packed.Digest, Pack(_others, again.DiffId).Packed.Digest);
        return again;
    }

    private static (byte[] Tar, PackedLayer Packed) Pack(StoreFixture stores, DiffId layer)
    {
        using var tar = new MemoryStream();
        var packed = stores.Layers.Pack(layer, tar, CancellationToken.None);
        return (tar.ToArray(), packed);
    }

    /// <summary>When a whiteout was made is nobody's business, nor that there was one where a later entry of the tar made it needless.</summary>
    private static List<string> Look(StoreFixture stores, LayerRecord record) =>
        [.. TreeLook.Of(stores.Layers.TreePath(record.DiffId)).Select(line => WhiteoutTime().Replace(line, "$1 ").Replace(" trusted.overlay.origin=", "", StringComparison.Ordinal))];

    [GeneratedRegex("^([^ ]* CharacterDevice 0 0:0) [0-9.]+ (?=.*node \\(0, 0\\))")]
    private static partial Regex WhiteoutTime();

    private void RemoveLayers()
    {
        foreach (var stores in new[] { _stores, _others })
        {
            foreach (var layer in stores.Layers.List())
            {
                stores.Layers.Remove(layer.DiffId);
            }
        }
    }
}
