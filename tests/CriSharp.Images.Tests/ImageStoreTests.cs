using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using CriSharp.Storage.Snapshots;
using CriSharp.TestSupport.Registries;
using Microsoft.Extensions.Logging.Abstractions;

namespace CriSharp.Images.Tests;

public sealed class ImageStoreTests : IDisposable
{
    private readonly ImagesFixture _images = new();

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Pull_WhenTheDiskHasTooLittleRoom_IsRefusedBeforeALayerIsAskedFor()
    {
        await using var fake = await FakeRegistry.StartAsync();
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "b")));
        _images.FloorBytes = 1L << 60;
        _images.Open();

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(fake.Serve(image, "a", "1")));

        Assert.Equal(ErrorKind.ResourceExhausted, failure.Kind);
        Assert.Contains(_images.Root, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(fake.Requests, request => request.Path.Contains(image.Layers[0].Digest, StringComparison.Ordinal));
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Resolve_ByEveryNameOfAnImage_FindsIt()
    {
        var image = await AddAsync("busybox", 'a');
        var hex = image.Id["sha256:".Length..];

        foreach (var name in (string[])
            ["busybox", "docker.io/library/busybox:latest", image.RepoDigests[0], $"busybox:other@{image.RepoDigests[0].Split('@')[1]}", image.Id, hex, hex[..12], $"sha256:{hex[..13]}"])
        {
            Assert.Equal(image.Id, _images.Store.Resolve(name)?.Id);
        }
    }

    [Theory]
    [InlineData("busybox:2")]
    [InlineData("aaaaaaaaaaa")]
    [InlineData("bbbbbbbbbbbb")]
    [InlineData("sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb")]
    [InlineData("Not A Name")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    public async Task Resolve_OfAnythingElse_IsNull(string name)
    {
        await AddAsync("busybox", 'a');

        Assert.Null(_images.Store.Resolve(name));
    }

    [Fact]
    public async Task Resolve_WhenAShortIdMeansTwo_IsNull()
    {
        var prefix = new string('c', 12);
        await AddAsync("one", 'c', prefix + "1");
        await AddAsync("two", 'c', prefix + "2");

        Assert.Null(_images.Store.Resolve(prefix));
        Assert.NotNull(_images.Store.Resolve(prefix + "1"));
    }

    [Fact]
    public async Task Resolve_WhenANameLooksLikeAShortId_PrefersTheName()
    {
        await AddAsync("one", 'c');
        var named = await AddAsync(new string('c', 12), 'd');

        Assert.Equal(named.Id, _images.Store.Resolve(new string('c', 12))?.Id);
    }

    [Fact]
    public async Task Open_AfterACrashBetweenTwoRecords_GivesTheTagToTheLaterOne()
    {
        var first = await AddAsync("moving", 'a');
        var before = File.ReadAllBytes(RecordPath(first.Id));
        var second = await AddAsync("moving", 'b');
        File.WriteAllBytes(RecordPath(first.Id), before);

        _images.Open();

        Assert.Equal(second.Id, _images.Store.Resolve("moving")?.Id);
        Assert.Empty(_images.Store.Resolve(first.Id)!.RepoTags);
    }

    [Fact]
    public async Task Open_AfterARestart_HasEverythingOfARecord()
    {
        var image = await AddAsync("whole", 'e');

        _images.Open();

        var again = Assert.Single(_images.Store.List());
        Assert.Equivalent(image, again, strict: true);
    }

    [Fact]
    public async Task Open_WhenALayerIsGone_SetsTheRecordAside()
    {
        var image = Record("lacks", 'a') with { Layers = [new DiffId(Digest.Parse("sha256:" + new string('1', 64)))] };
        await _images.Store.AddAsync(image, _ => Task.CompletedTask, CancellationToken.None);

        _images.Open();

        Assert.Empty(_images.Store.List());
        Assert.False(File.Exists(RecordPath(image.Id)));
        Assert.Contains("layer", Assert.Single(new BrokenRecords(_images.Root).List()).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"version\":99,\"revision\":1,\"id\":\"x\"}")]
    [InlineData("{\"version\":1,\"revision\":1,\"id\":\"../../etc\"}")]
    public async Task Open_WhenARecordIsBroken_LoadsTheOthers(string content)
    {
        await AddAsync("fine", 'a');
        var other = await AddAsync("broken", 'b');
        File.WriteAllText(RecordPath(other.Id), content);

        _images.Open();

        Assert.Equal("docker.io/library/fine:latest", Assert.Single(_images.Store.List()).RepoTags.Single());
    }

    [Fact]
    public async Task Remove_WhenAContainerUsesTheImage_IsRefusedAndTheImageStays()
    {
        var image = await AddAsync("used", 'a');
        _images.InUse.Add(image.Id);

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.RemoveAsync("used"));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("c1", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(_images.Store.Resolve("used"));
    }

    [Fact]
    public async Task Remove_WhileAContainerIsBeingMadeOfTheImage_IsRefused()
    {
        var image = await AddAsync("leased", 'a');
        var lease = _images.Store.Lease(image.Id);

        Assert.Equal(ErrorKind.FailedPrecondition, (await Assert.ThrowsAsync<RuntimeException>(() => _images.RemoveAsync("leased"))).Kind);
        lease.Dispose();
        lease.Dispose();
        await _images.RemoveAsync("leased");

        Assert.Equal(ErrorKind.NotFound, Assert.Throws<RuntimeException>(() => _images.Store.Lease(image.Id)).Kind);
    }

    [Fact]
    public Task Remove_OfWhatIsNotHere_IsFine() => _images.RemoveAsync("nothing");

    [Fact]
    public async Task Free_WhenASnapshotNeedsALayer_KeepsIt()
    {
        await using var fake = await FakeRegistry.StartAsync();
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "b")));
        await _images.PullAsync(fake.Serve(image, "a", "1"));
        _images.SnapshotLayers.Add(new DiffId(Digest.Parse(image.Layers[0].DiffId)));

        await _images.RemoveAsync(image.Id);
        Assert.Single(_images.Layers.List());
        Assert.Empty(_images.FreeUnused.UnusedLayers());

        _images.SnapshotLayers.Clear();
        using (await _images.Store.LayerLeases.LeaseAsync([_images.Layers.List()[0].DiffId], CancellationToken.None))
        {
            Assert.Empty(_images.FreeUnused.UnusedLayers());
        }

        Assert.Equal(image.Layers[0].DiffId, Assert.Single(_images.FreeUnused.UnusedLayers()).DiffId.ToString());
        await _images.FreeUnused.SweepAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);
        Assert.Empty(_images.Layers.List());
    }

    [Fact]
    public async Task Free_WhenNobodyKnowsWhatContainersUse_KeepsAllLayers()
    {
        await using var fake = await FakeRegistry.StartAsync();
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("a", "b")));
        await _images.PullAsync(fake.Serve(image, "a", "1"));
        _images.SnapshotFailure = new RuntimeException(ErrorKind.DataLoss, "a snapshot's record is broken");

        await _images.RemoveAsync(image.Id);
        await _images.FreeUnused.SweepAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

        Assert.Single(_images.Layers.List());
    }

    [Fact]
    public async Task Free_WhenALayerOfASnapshotIsGone_FreesWhatNoSnapshotNames()
    {
        await using var fake = await FakeRegistry.StartAsync();
        var used = new TestImage().Add(TestLayer.OfFiles(true, ("a", "1"))).Add(TestLayer.OfFiles(true, ("b", "2")));
        await _images.PullAsync(fake.Serve(used, "used", "1"));
        await _images.PullAsync(fake.Serve(new TestImage().Add(TestLayer.OfFiles(true, ("c", "3"))), "unused", "1"));
        DiffId[] named = [.. used.Layers.Select(layer => new DiffId(Digest.Parse(layer.DiffId)))];
        var snapshots = SnapshotStore.Open(_images.Root, _images.Layers);
        snapshots.Prepare("c1", named);
        _images.Layers.MoveAside(named[0], "it is damaged");
        foreach (var image in _images.Store.List())
        {
            await _images.Store.RemoveAsync(image.Id, _ => null, CancellationToken.None);
        }

        var freeUnused = new FreeUnusedLayers(_images.Store, _images.Content, _images.Layers, snapshots.LayersOfAll, NullLogger<FreeUnusedLayers>.Instance);
        await freeUnused.SweepAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

        Assert.Equal(named[1], Assert.Single(_images.Layers.List()).DiffId);
    }

    [Fact]
    public async Task Remove_WhenSomeLayersCannotBeRemoved_FreesTheOthersAndTellsIt()
    {
        await using var fake = await FakeRegistry.StartAsync();
        var image = new TestImage();
        for (var i = 0; i < 6; i++)
        {
            image.Add(TestLayer.OfFiles(true, ("f", $"{i}")));
        }

        await _images.PullAsync(fake.Serve(image, "a", "1"));
        // As many as are removed at once, and one more.
        foreach (var layer in image.Layers.Take(5))
        {
            Directory.Delete(Path.GetDirectoryName(_images.Layers.TreePath(new DiffId(Digest.Parse(layer.DiffId))))!, recursive: true);
        }

        await Assert.ThrowsAnyAsync<IOException>(() => _images.RemoveAsync(image.Id));

        Assert.Empty(_images.Layers.List());
    }

    private static Digest Document => Digest.FromHash(System.Security.Cryptography.SHA256.HashData(DocumentBytes));

    private static byte[] DocumentBytes => "{}"u8.ToArray();

    private string RecordPath(string id) => Path.Combine(_images.Root, "images", id["sha256:".Length..] + ".json");

    private async Task<ImageRecord> AddAsync(string name, char digit, string idStart = "")
    {
        var record = Record(name, digit, idStart);
        await _images.Store.AddAsync(record, token => _images.Content.IngestAsync(new MemoryStream(DocumentBytes), Document, 100, token), CancellationToken.None);
        return record;
    }

    private static ImageRecord Record(string name, char digit, string idStart = "")
    {
        var reference = ImageReference.Parse(name);
        var digest = Digest.Parse($"sha256:{idStart}{new string(digit, 64 - idStart.Length)}");
        return new ImageRecord
        {
            Id = digest.ToString(),
            RepoTags = [reference.TagReference!],
            RepoDigests = [reference.DigestReference(digest)],
            Layers = [],
            SizeBytes = 7,
            Platform = new Platform { Os = "linux", Architecture = "amd64" },
            Config = new ImageConfig { User = "1", Env = ["A=b"], Cmd = ["c"], Labels = new Dictionary<string, string> { ["k"] = "v" }, Volumes = ["/v"] },
            Documents = [Document],
            CreatedAt = DateTimeOffset.UnixEpoch,
            PulledAt = DateTimeOffset.UnixEpoch.AddDays(1),
        };
    }
}
