using CriSharp.Linux.Files;
using CriSharp.TestSupport.Fuzzing;
using Xunit.Abstractions;

namespace CriSharp.Storage.Tests.Exact;

/// <summary>
/// Random trees that GNU tar and bsdtar packed come out as they were, in every attribute.
/// Longer by hand, and one seed alone: see <see cref="FuzzRun"/>.
/// </summary>
public sealed class RandomTreeTests(ITestOutputHelper output) : IDisposable
{
    private readonly StoreFixture _stores = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("crisharp-exact-").FullName;

    public static TheoryData<string> Formats => [.. ArchiveFormat.All.Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Unpack_OfARandomTree_IsThatTree(string format) =>
        output.WriteLine($"{format}: {await FuzzRun.EachAsync(cases: 2, random => TryAsync(random, ArchiveFormat.All[format]))}");

    public void Dispose()
    {
        _stores.Dispose();
        TreeRemoval.Remove(_folder);
    }

    private async Task TryAsync(Random random, ArchiveFormat format)
    {
        var original = Directory.CreateDirectory(Path.Combine(_folder, "tree")).FullName;
        var archive = Path.Combine(_folder, "archive.tar");
        using (var tree = new RandomTree(random, format))
        {
            tree.Make(original, entries: 60);
        }

        await Shell.RunAsync(format.Command, original, ("ARCHIVE", archive));
        var tar = await File.ReadAllBytesAsync(archive);
        var record = await _stores.Layers.UnpackAsync(StoreFixture.SourceOf(tar, gzip: random.Next(2) == 0), null, CancellationToken.None);
        Assert.Equal(TreeChecksum.Of(_stores.Layers.TreePath(record.DiffId)), record.TreeChecksum);

        TreeLook.AssertSame(TreeLook.Of(original, format.HasNanoseconds), TreeLook.Of(_stores.Layers.TreePath(record.DiffId), format.HasNanoseconds));
        _stores.Layers.Remove(record.DiffId);
        TreeRemoval.Remove(original);
    }
}
