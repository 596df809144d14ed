using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

/// <summary>What a layer takes is counted, whatever it is made of.</summary>
public sealed class LayerSizeTests : IDisposable
{
    private readonly StoreFixture _stores = new();

    [Fact] // One byte in every block
    public async Task Unpack_OfAFileThatIsMostlyHoles_StopsAtTheFloorToo()
    {
        const int floor = 4 << 20;
        var root = Directory.CreateTempSubdirectory("crisharp-floor-").FullName;
        Mounting.Tmpfs(root, 8 << 20, Permissions.PrivateFolder);
        try
        {
            using var stores = new StoreFixture(new LayerLimits { FreeBytesKept = floor, FreeInodesKept = 0 }, Directory.CreateDirectory(Path.Combine(root, "store")).FullName);

            var few = await stores.UnpackTreeAsync(OneByteInEachOf(100));
            Assert.InRange(few.Record.SizeBytes, few.Stat("holes")!.Value.AllocatedBytes - 4096, few.Stat("holes")!.Value.AllocatedBytes);
            var failure = await Assert.ThrowsAsync<RuntimeException>(() => stores.UnpackAsync(OneByteInEachOf(4000).Build()));

            Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
            Assert.Contains("are kept for state", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            Mounting.Unmount(root, lazy: true);
            Directory.Delete(root);
        }
    }

    [Fact]
    public async Task Unpack_OfAttributes_CountsThem()
    {
        var tree = await _stores.UnpackTreeAsync(new TarBuilder()
            .File("x", "hello", pax: ("SCHILY.xattr.trusted.a", new byte[1000])).Folder("d", pax: ("SCHILY.xattr.trusted.a", new byte[500])));
        Assert.Equal((1000, 500), (tree.Attribute("x", "trusted.a")!.Length, tree.Attribute("d", "trusted.a")!.Length));
        Assert.Equal(5 + 1000 + 500 + (2 * "trusted.a".Length), tree.Record.SizeBytes);
    }

    public void Dispose() => _stores.Dispose();

    private static TarBuilder OneByteInEachOf(int blocks) => new TarBuilder().Entry('0', "holes", new byte[blocks], pax:
    [
        ("GNU.sparse.size", Encoding.ASCII.GetBytes($"{blocks * 4096}")),
        ("GNU.sparse.map", Encoding.ASCII.GetBytes(string.Join(',', Enumerable.Range(0, blocks).Select(block => $"{block * 4096},1")))),
    ]);
}
