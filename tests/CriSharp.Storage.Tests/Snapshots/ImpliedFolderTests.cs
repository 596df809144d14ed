using CriSharp.Linux.Files;
using CriSharp.Oci;

namespace CriSharp.Storage.Tests.Snapshots;

/// <summary>Folders that a layer has without describing them look as the layers below say, where those can be seen.</summary>
public sealed class ImpliedFolderTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Theory]
    [InlineData(0x1ED)]
    [InlineData(0x3FF)]
    public async Task Folder_WhenALowerDescribesIt_HasItsModeAndTime(int mode)
    {
        using var merged = await MountAsync(
            new TarBuilder().Entry('5', "./", mode: 0x1ED, mtime: 1000).Entry('5', "d", mode: mode, mtime: 2000).Entry('5', "d/e", mode: mode, mtime: 3000).File("d/e/low", ""),
            new TarBuilder().File("d/e/x", ""));
        Assert.True(merged.TryStat("d") is { ModifiedAt.Seconds: 2000 } status && status.Mode == mode);
        Assert.True(merged.TryStat("d/e") is { ModifiedAt.Seconds: 3000 } inner && inner.Mode == mode);
        Assert.Equal(1000, FileDescriptor.Stat(merged.Root).ModifiedAt.Seconds);
        Assert.Equal(2, merged.List("d/e").Count);
    }

    [Fact]
    public async Task Folder_WhenALayerAboveHidesItsParent_IsNotThere() => Assert.Empty(await NamesAsync(new TarBuilder().Folder("d").Whiteout("d/.wh..wh..opq"), "d"));

    [Theory]
    [InlineData("d/.wh.e")]
    [InlineData(".wh.d")]
    public async Task Folder_WhenALayerAboveWhitesItOut_IsNotThere(string whiteout) => Assert.DoesNotContain("e", await NamesAsync(new TarBuilder().Whiteout(whiteout).Folder("d"), "d"));

    [Fact]
    public async Task Folder_WhenALayerAboveHasAFileInItsPlace_IsNotThere()
    {
        using var merged = await MountAsync(Below(), Implying(), new TarBuilder().File("d", "file"));
        Assert.Equal(FileKind.Regular, merged.TryStat("d")!.Value.Kind);
    }

    [Fact] // "d" was removed by the layer that has it anew.
    public async Task Folder_WhenItsLayerRemovedTheOld_HasNoneOfItsLooks()
    {
        using var merged = await MountAsync(Below(), new TarBuilder().Whiteout(".wh.d").File("d/new", ""));
        Assert.True(merged.TryStat("d") is { Mode: 0x1ED, UserId: 0 });
        Assert.Single(merged.List("d"));
    }

    public void Dispose() => _stores.Dispose();

    private static TarBuilder Below() => new TarBuilder().Folder("d", 0x1FF, 5, 5).Folder("d/e", 0x1C0, 7, 7).File("d/e/low", "");

    private static TarBuilder Implying() => new TarBuilder().File("d/e/x", "");

    private async Task<List<string>> NamesAsync(TarBuilder top, string folder)
    {
        using var merged = await MountAsync(Below(), Implying(), top);
        return [.. merged.List(folder).Select(entry => entry.NameText)];
    }

    private async Task<DirectoryTree> MountAsync(params TarBuilder[] bottomFirst)
    {
        var layers = new List<DiffId>();
        foreach (var tar in bottomFirst)
        {
            layers.Add((await _stores.UnpackAsync(tar.Build())).DiffId);
        }

        return DirectoryTree.Open(_stores.Mount([.. layers]));
    }
}
