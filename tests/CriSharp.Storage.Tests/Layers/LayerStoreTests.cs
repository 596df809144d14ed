using System.Text;
using CriSharp.Linux.Files;
using CriSharp.Linux.Mounts;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;

namespace CriSharp.Storage.Tests.Layers;

public sealed class LayerStoreTests : IDisposable
{
    private static readonly byte[] SomeTar = new TarBuilder()
        .Folder("./").Folder("a/", 0x1C0, 1, 2).File("a/x", "hello", 0x9ED, 3, 4).Symlink("a/l", "x").HardLink("b", "a/x").Build();

    private readonly StoreFixture _stores = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Unpack_WhenGzipOrPlain_FilesAreThere(bool gzip)
    {
        var source = StoreFixture.SourceOf(SomeTar, gzip);
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

    [Fact]
    public async Task Unpack_WhenGzipHasSeveralMembers_AllAreRead()
    {
        byte[] blob = [.. StoreFixture.Gzip(SomeTar[..700]), .. StoreFixture.Gzip(SomeTar[700..])];
        var record = await _stores.Layers.UnpackAsync(StoreFixture.SourceOf(blob, SomeTar), null, CancellationToken.None);
        Assert.Equal(5, record.SizeBytes);
    }

    /// <summary>A raw block of one frame: what zstd makes of bytes that don't compress.</summary>
    [Fact]
    public async Task Unpack_WhenZstd_IsUnpacked()
    {
        byte[] header = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58];
        var block = (SomeTar.Length << 3) | 1;
        byte[] blob = [.. header, (byte)block, (byte)(block >> 8), (byte)(block >> 16), .. SomeTar];
        await FailAsync(StoreFixture.SourceOf(blob[..^1], SomeTar), ErrorKind.DataLoss);
        var record = await _stores.Layers.UnpackAsync(StoreFixture.SourceOf(blob, SomeTar), null, CancellationToken.None);
        Assert.Equal(5, record.SizeBytes);
    }

    [Fact]
    public async Task Unpack_WhenTarHasTrailingBytes_TheyCountForTheDigestsOnly()
    {
        byte[] tar = [.. SomeTar, .. Enumerable.Repeat((byte)7, 5000)];
        var record = await _stores.UnpackAsync(tar);
        Assert.Equal(StoreFixture.DigestOf(tar), record.DiffId.Digest);
    }

    [Theory]
    [InlineData(new byte[] { 0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0 }, "Xz")]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9', 1 }, "Bzip2")]
    public async Task Unpack_WhenCompressionIsUnknown_SaysWhich(byte[] blob, string name)
    {
        var failure = await FailAsync(StoreFixture.SourceOf(blob, SomeTar), ErrorKind.Unimplemented);
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unpack_WhenBlobDigestIsWrong_FailsAndLeavesNothing()
    {
        var source = StoreFixture.SourceOf(SomeTar);
        await FailAsync(source with { Blob = source.Blob with { Digest = StoreFixture.DigestOf([1]) } }, ErrorKind.DataLoss);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Unpack_WhenBlobSizeIsWrong_FailsAndLeavesNothing(int difference)
    {
        var source = StoreFixture.SourceOf(SomeTar);
        var failure = await FailAsync(source with { Blob = source.Blob with { SizeBytes = source.Blob.SizeBytes + difference } }, ErrorKind.DataLoss);
        Assert.Contains("the manifest says", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unpack_WhenDiffIdIsWrong_FailsAndLeavesNothing()
    {
        var failure = await FailAsync(StoreFixture.SourceOf(SomeTar) with { DiffId = new DiffId(StoreFixture.DigestOf([1])) }, ErrorKind.DataLoss);
        Assert.Contains("config", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unpack_WhenDigestIsSha512_IsVerifiedToo()
    {
        var blob = StoreFixture.Gzip(SomeTar);
        var source = StoreFixture.SourceOf(blob, SomeTar);
        var record = await _stores.Layers.UnpackAsync(
            source with { Blob = source.Blob with { Digest = Digest.FromHash(System.Security.Cryptography.SHA512.HashData(blob)) } }, null, CancellationToken.None);
        Assert.True(_stores.Layers.Contains(record.DiffId));
    }

    /// <summary>Truncated at every 512 bytes, told by a descriptor that fits (so that nothing but the tar's own form can tell) and by one that doesn't.</summary>
    [Fact]
    public async Task Unpack_WhenTruncatedAnywhere_FailsAndLeavesNothing()
    {
        for (var length = 0; length < SomeTar.Length; length += 256)
        {
            var cut = SomeTar[..length];
            var whole = StoreFixture.SourceOf(SomeTar, gzip: false);
            await FailAsync(whole with { Content = new MemoryStream(cut) }, ErrorKind.DataLoss);
            var compressed = StoreFixture.Gzip(SomeTar);
            await FailAsync(StoreFixture.SourceOf(compressed[..(compressed.Length * length / SomeTar.Length)], SomeTar), ErrorKind.DataLoss);
        }
    }

    [Fact] // CVE-2021-20291: a malformed layer ends, and no stage waits for another
    public async Task Unpack_WhenBytesAreCorrupt_FailsAndLeavesNothing()
    {
        var blob = StoreFixture.Gzip(SomeTar);
        for (var position = 10; position < blob.Length; position += 7)
        {
            var corrupt = (byte[])blob.Clone();
            corrupt[position] ^= 0x55;
            await FailAsync(StoreFixture.SourceOf(corrupt, SomeTar), ErrorKind.DataLoss);
            await FailAsync(StoreFixture.SourceOf(blob, SomeTar) with { Content = new MemoryStream(corrupt) }, ErrorKind.DataLoss);
        }
    }

    [Fact]
    public async Task Unpack_WhenTheStreamFails_ItsOwnFailureIsTold()
    {
        var source = StoreFixture.SourceOf(SomeTar) with { Content = new FailingStream(new HttpRequestException("connection reset")) };
        await Assert.ThrowsAsync<HttpRequestException>(() => _stores.Layers.UnpackAsync(source, null, CancellationToken.None));
        _stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Unpack_WhenCancelledMidway_LeavesNothing()
    {
        using var cancellation = new CancellationTokenSource();
        var stalled = new StallingStream(StoreFixture.Gzip(SomeTar)[..60]);
        var unpack = _stores.Layers.UnpackAsync(StoreFixture.SourceOf(SomeTar) with { Content = stalled }, null, cancellation.Token);
        await stalled.Stalled;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unpack);
        _stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Unpack_WhenTwoWantTheSameLayer_OneSourceIsRead()
    {
        var stalled = new StallingStream(StoreFixture.Gzip(SomeTar));
        var first = _stores.Layers.UnpackAsync(StoreFixture.SourceOf(SomeTar) with { Content = stalled }, null, CancellationToken.None);
        await stalled.Stalled;
        var second = _stores.Layers.UnpackAsync(StoreFixture.SourceOf(SomeTar) with { Content = new FailingStream(new InvalidOperationException("read")) }, null, CancellationToken.None);
        Assert.False(second.IsCompleted);
        stalled.GoOn();
        Assert.Equal(await first, await second);
    }

    [Fact]
    public async Task Unpack_WhenTheFirstCallerGivesUp_TheSecondUsesItsOwnSource()
    {
        using var cancellation = new CancellationTokenSource();
        var stalled = new StallingStream([]);
        var first = _stores.Layers.UnpackAsync(StoreFixture.SourceOf(SomeTar) with { Content = stalled }, null, cancellation.Token);
        await stalled.Stalled;
        var second = _stores.Layers.UnpackAsync(StoreFixture.SourceOf(SomeTar), null, CancellationToken.None);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(5, (await second).SizeBytes);
    }

    [Fact]
    public async Task Unpack_WhenManyLayersAtOnce_AllAreThere()
    {
        var tars = Enumerable.Range(0, 12).Select(i => new TarBuilder().File($"f{i}", new string((char)('a' + i), 300_000)).Build()).ToList();
        var records = await Task.WhenAll(tars.SelectMany(tar => new[] { _stores.UnpackAsync(tar), _stores.UnpackAsync(tar) }));
        Assert.Equal(12, records.Distinct().Count());
        Assert.Equal(12, _stores.Layers.List().Count);
    }

    [Fact]
    public async Task Unpack_WhenTheDiskIsFull_SaysSoAndLeavesNothing()
    {
        var root = Directory.CreateTempSubdirectory("crisharp-full-").FullName;
        Mounting.Tmpfs(root, 2 << 20, Permissions.PrivateFolder);
        try
        {
            using var stores = new StoreFixture(new LayerLimits { FreeBytesKept = 0 }, Directory.CreateDirectory(Path.Combine(root, "store")).FullName);
            var noise = new byte[4 << 20];
            new Random(1).NextBytes(noise);
            var failure = await Assert.ThrowsAsync<RuntimeException>(() => stores.UnpackAsync(new TarBuilder().Entry('0', "big", noise).Build()));
            Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
            stores.AssertNothingLeft();
            Assert.Equal(5, (await stores.UnpackAsync(SomeTar)).SizeBytes);
        }
        finally
        {
            Mounting.Unmount(root, lazy: true);
            Directory.Delete(root);
        }
    }

    [Fact]
    public async Task Unpack_WhenLittleSpaceIsLeft_KeepsItForOthers()
    {
        using var stores = new StoreFixture(new LayerLimits { FreeBytesKept = 1L << 60 });
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => stores.UnpackAsync(SomeTar));
        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Unpack_WhenProgressIsAsked_TellsBytesOfTheBlob()
    {
        var source = StoreFixture.SourceOf(SomeTar);
        var last = 0L;
        await _stores.Layers.UnpackAsync(source, new Told(bytes => last = bytes), CancellationToken.None);
        Assert.Equal(source.Blob.SizeBytes, last);
    }

    [Fact]
    public async Task Open_WhenLayerWasSynced_IsFoundAgain()
    {
        var record = await _stores.UnpackAsync(new TarBuilder().File("a/b/x", "hello").Whiteout(".wh..wh..opq").Build());
        _stores.Layers.SyncFileSystem();
        _stores.Reopen();
        var found = _stores.Layers.Find(record.DiffId);
        Assert.Equal(record with { ImpliedFolders = [] }, found! with { ImpliedFolders = [] });
        Assert.Equal(["", "a", "a/b"], found.ImpliedFolders);
        Assert.Empty(_stores.Layers.Swept);
    }

    [Fact]
    public async Task VerifyContent_WhenAFileHasChanged_SaysSo_AlsoAfterARestart()
    {
        var record = await _stores.UnpackAsync(new TarBuilder().File("a/x", "hello").Build());
        _stores.Layers.SyncFileSystem();
        Assert.Null(_stores.Layers.VerifyContent(record.DiffId, CancellationToken.None));
        _stores.Reopen();
        Assert.Null(_stores.Layers.VerifyContent(record.DiffId, CancellationToken.None));

        File.WriteAllText(Path.Combine(_stores.Layers.TreePath(record.DiffId), "a", "x"), "jello");

        Assert.Contains("not what was unpacked", _stores.Layers.VerifyContent(record.DiffId, CancellationToken.None), StringComparison.Ordinal);
    }

    /// <summary>As after kill -9: the kernel still has it all.</summary>
    [Fact]
    public async Task Open_WhenLayerWasNotSynced_InTheSameBoot_IsFoundAgainAndSyncedWithTheNextImage()
    {
        _stores.Reopen("boot 1");
        var record = await _stores.UnpackAsync(SomeTar);
        _stores.Reopen("boot 1");
        Assert.Equal(record.SizeBytes, _stores.Layers.Find(record.DiffId)!.SizeBytes);
        Assert.Equal([record.DiffId], _stores.Layers.Unsynced());
        _stores.Layers.SyncFileSystem();
        Assert.Empty(_stores.Layers.Unsynced());
        _stores.Reopen("boot 2");
        Assert.True(_stores.Layers.Contains(record.DiffId));
        Assert.Empty(_stores.Layers.Unsynced());
    }

    [Theory]
    [InlineData("boot 2", null)]
    [InlineData(null, null)]
    [InlineData("boot 1", "")]
    [InlineData("boot 1", "{ half")]
    public async Task Open_WhenLayerWasNotSynced_AfterAPowerCut_IsSwept(string? bootId, string? left)
    {
        _stores.Reopen("boot 1");
        var record = await _stores.UnpackAsync(SomeTar);
        if (left is not null)
        {
            File.WriteAllText(Path.Combine(Path.GetDirectoryName(_stores.Layers.TreePath(record.DiffId))!, "unsynced.json"), left);
        }

        _stores.Reopen(bootId);
        Assert.Null(_stores.Layers.Find(record.DiffId));
        Assert.Single(_stores.Layers.Swept);
        Assert.Empty(_stores.Layers.SetAside);
        _stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Open_WhenLayerWasNotSynced_IsSwept()
    {
        var record = await _stores.UnpackAsync(SomeTar);
        var mounted = Directory.CreateDirectory(Path.Combine(_stores.Root, "layers", ".staging", "left", "lowers")).FullName;
        Mounting.Tmpfs(mounted, 4096, Permissions.PrivateFolder);
        _stores.Reopen();
        Assert.Null(_stores.Layers.Find(record.DiffId));
        Assert.Single(_stores.Layers.Swept);
        _stores.AssertNothingLeft();
    }

    [Fact]
    public async Task Remove_WhenThere_FreesIt()
    {
        var record = await _stores.UnpackAsync(SomeTar);
        _stores.Layers.SyncFileSystem();
        _stores.Layers.Remove(record.DiffId);
        _stores.Layers.Remove(record.DiffId);
        Assert.False(_stores.Layers.Contains(record.DiffId));
        _stores.AssertNothingLeft();
    }

    [Fact] // CVE-2021-41103, CVE-2024-25621
    public void Open_WhenFresh_IsClosedToOthers()
    {
        foreach (var folder in new[] { "layers", "snapshots" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(_stores.Root, folder)));
        }
    }

    public void Dispose() => _stores.Dispose();

    private async Task<RuntimeException> FailAsync(LayerSource source, ErrorKind kind)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _stores.Layers.UnpackAsync(source, null, CancellationToken.None));
        Assert.True(failure.Kind == kind, failure.Message);
        _stores.AssertNothingLeft();
        return failure;
    }

    private sealed class Told(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }
}
