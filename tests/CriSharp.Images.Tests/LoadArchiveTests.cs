using System.Formats.Tar;
using System.IO.Compression;
using CriSharp.Images.Loading;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Signatures.Policies;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

public sealed class LoadArchiveTests : IDisposable
{
    private const string ImageName = "io.containerd.image.name";
    private const string RefName = "org.opencontainers.image.ref.name";

    private readonly ImagesFixture _images = new();

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData(ImageName, "registry.test/team/app:2", "registry.test/team/app:2")]
    [InlineData(RefName, "registry.test/team/app:2", "registry.test/team/app:2")]
    [InlineData(RefName, "app:2", "docker.io/library/app:2")]
    [InlineData(RefName, "2", null)]
    [InlineData("other", "app:2", null)]
    public async Task Load_OfAnOciLayout_TakesTheNameThatIsOne(string key, string value, string? name)
    {
        var image = Image("oci");

        var loaded = Assert.Single(await LoadAsync(ArchiveBuilder.Oci(image, (key, value))));

        Assert.Equal(image.Id, loaded.Id);
        Assert.Equal(name is null ? [] : [name], loaded.Names);
        var record = Assert.Single(_images.Store.List());
        Assert.Equal((image.Id, loaded.Names, 0), (record.Id, record.RepoTags, record.RepoDigests.Count));
        Assert.Equal("oci", _images.ReadFile(image.Layers[0].DiffId, "file"));
    }

    [Fact]
    public async Task Load_WhenDone_IsFoundAgainAfterARestart()
    {
        var image = Image("durable");
        await LoadAsync(ArchiveBuilder.Oci(image, (ImageName, "app:1")));

        _images.Open();

        Assert.Equal(image.Id, _images.Store.Resolve("app:1")?.Id);
        Assert.All(_images.Store.Resolve(image.Id)!.Documents, document => Assert.True(_images.Content.Contains(document)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_OfADockerArchive_TakesItsImagesAndSharedLayersOnce(bool gzip)
    {
        var shared = TestLayer.OfFiles(gzip, ("shared", "1"));
        var first = new TestImage().Add(shared).Add(TestLayer.OfFiles(gzip, ("first", "1")));
        var second = new TestImage().Add(shared);

        var loaded = await LoadAsync(ArchiveBuilder.Docker((first, ["first:1", "first:latest"]), (second, [])));

        Assert.Equal([first.Id, second.Id], loaded.Select(image => image.Id));
        Assert.Equal(["docker.io/library/first:1", "docker.io/library/first:latest"], loaded[0].Names);
        Assert.Empty(loaded[1].Names);
        Assert.Equal(2, _images.Layers.List().Count);
    }

    /// <summary>Its own digest says nothing of the file that it links to.</summary>
    [Fact]
    public async Task Load_OfALayerThatIsHereWithAnotherImagesFiles_TakesItsOwnOnceNobodyNeedsThose()
    {
        var linking = TestLayer.Write(false, tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "copy") { LinkName = "f" }));
        var other = new TestImage().Add(TestLayer.OfFiles(false, ("f", "other"))).Add(linking);
        var own = ArchiveBuilder.Oci(new TestImage().Add(TestLayer.OfFiles(false, ("f", "own"))).Add(linking), (ImageName, "own:1"));
        await LoadAsync(ArchiveBuilder.Oci(other, (ImageName, "other:1")));
        _images.SnapshotLayers.Add(new DiffId(Digest.Parse(linking.DiffId)));
        await _images.RemoveAsync(other.Id);

        Assert.Equal(ErrorKind.FailedPrecondition, (await Assert.ThrowsAsync<RuntimeException>(() => LoadAsync(own))).Kind);
        _images.SnapshotLayers.Clear();
        await LoadAsync(own);

        Assert.Equal("own", _images.ReadFile(linking.DiffId, "copy"));
    }

    [Fact]
    public async Task Load_OfALayerThatIsALink_ReadsTheLayerBehindIt()
    {
        var layer = TestLayer.OfFiles(gzip: false, ("file", "1"));
        var image = new TestImage().Add(layer).Add(layer);
        var manifest = new System.Text.Json.Nodes.JsonArray(ArchiveBuilder.DockerEntry("c.json", ["app:1"], "a/layer.tar", "b/layer.tar"));
        var archive = new ArchiveBuilder().Link("b/layer.tar", "../a/layer.tar").File("a/layer.tar", layer.Blob).File("c.json", image.ConfigBytes)
            .File("manifest.json", System.Text.Encoding.UTF8.GetBytes(manifest.ToJsonString())).Build();

        Assert.Equal(image.Id, Assert.Single(await LoadAsync(archive)).Id);
    }

    [Fact]
    public async Task Load_WhenTheArchiveIsCompressed_IsTheSame()
    {
        var image = Image("gzip");
        using var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(ArchiveBuilder.Oci(image));
        }

        Assert.Equal(image.Id, Assert.Single(await LoadAsync(compressed.ToArray())).Id);
    }

    [Fact]
    public async Task Load_OfAnIndex_TakesTheImageOfThisMachine()
    {
        var ours = Image("ours");
        var other = new TestImage { Architecture = "s390x" }.Add(TestLayer.OfFiles(true, ("file", "other")));
        var index = TestImage.IndexBytes(false, (other, "linux", "s390x", null), (ours, "linux", TestImage.GoArchitecture, null));
        var entry = ArchiveBuilder.Entry(ours, (ImageName, "app:1"));
        (entry["mediaType"], entry["digest"], entry["size"]) = (MediaTypes.OciIndex, TestImage.DigestOf(index), index.Length);
        var archive = new ArchiveBuilder().Blobs(ours).File($"blobs/sha256/{TestImage.DigestOf(index)[7..]}", index).Index(entry).Build();

        Assert.Equal(ours.Id, Assert.Single(await LoadAsync(archive)).Id);
    }

    [Fact]
    public async Task Load_WithNames_TakesTheseInstead()
    {
        var image = Image("named");

        var loaded = await LoadAsync(ArchiveBuilder.Oci(image, (ImageName, "app:1")), "registry.test/a:1", "registry.test/b:2");

        Assert.Equal(["registry.test/a:1", "registry.test/b:2"], Assert.Single(loaded).Names);
    }

    [Fact]
    public async Task Load_WithANameForSeveralImages_IsRefused()
    {
        var archive = ArchiveBuilder.Docker((Image("a"), []), (Image("b"), []));

        await AssertFailsAsync(ErrorKind.InvalidArgument, archive, "2 images", "registry.test/a:1");
    }

    [Fact]
    public async Task Load_WhenAnotherImageHasTheName_TakesItAndLeavesThatImage()
    {
        var (older, newer) = (Image("older"), Image("newer"));
        await LoadAsync(ArchiveBuilder.Docker((older, ["app:1", "app:old"])));

        await LoadAsync(ArchiveBuilder.Docker((newer, ["app:1"])));

        Assert.Equal(newer.Id, _images.Store.Resolve("app:1")?.Id);
        Assert.Equal(["docker.io/library/app:old"], _images.Store.Resolve(older.Id)!.RepoTags);
    }

    [Fact]
    public async Task Load_WhenItIsHereAlready_AddsItsNames()
    {
        var image = Image("again");
        await LoadAsync(ArchiveBuilder.Oci(image, (ImageName, "app:1")));

        await LoadAsync(ArchiveBuilder.Docker((image, ["app:2"])));

        Assert.Equal(["docker.io/library/app:1", "docker.io/library/app:2"], Assert.Single(_images.Store.List()).RepoTags.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Load_WhenALaterImageCanNotBeKept_KeepsNoneAndTakesNoName()
    {
        var (older, first, second) = (Image("older"), Image("first"), Image("second"));
        await LoadAsync(ArchiveBuilder.Docker((older, ["app:1"])));
        var before = _images.Leftovers();
        // In the way of its record.
        Directory.CreateDirectory(Path.Combine(_images.Root, "images", $"{second.Id[7..]}.json", "x"));

        await Assert.ThrowsAnyAsync<IOException>(() => LoadAsync(ArchiveBuilder.Docker((first, ["app:1"]), (second, ["app:2"]))));

        Assert.Equal(before.Order(StringComparer.Ordinal), _images.Leftovers().Order(StringComparer.Ordinal));
        Assert.Equal(older.Id, _images.Store.Resolve("app:1")?.Id);
        _images.Open();
        Assert.Equal(older.Id, _images.Store.Resolve("app:1")?.Id);
        Assert.Null(_images.Store.Resolve(first.Id));
    }

    [Theory]
    [InlineData("oci-archive", true)]
    [InlineData("docker-archive", false)]
    public async Task Load_WhenThePolicyRejectsItsKindOfArchive_LeavesNothing(string transport, bool isOci)
    {
        File.WriteAllText(_images.PolicyPath, """{"default": [{"type": "insecureAcceptAnything"}], "transports": {"KIND": {"": [{"type": "reject"}]}}}""".Replace("KIND", transport, StringComparison.Ordinal));
        var (oci, docker) = (ArchiveBuilder.Oci(Image("policy"), (ImageName, "app:1")), ArchiveBuilder.Docker((Image("policy"), ["app:1"])));

        await AssertFailsAsync(ErrorKind.Unknown, isOci ? oci : docker, "rejects it");
        Assert.Single(await LoadAsync(isOci ? docker : oci));
    }

    [Theory]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"docker-archive": {"": [{"type": "insecureAcceptAnything"}]}}}""", null)]
    [InlineData("""{"default": [{"type": "reject"}], "transports": {"docker": {"": [{"type": "insecureAcceptAnything"}]}}}""", "rejects it")]
    [InlineData("""{"default": [{"type": "sigstoreSigned", "keyPath": "/no/key"}]}""", "archives have none")]
    [InlineData("{}", "can't be used")]
    public async Task Load_ByThePolicy_IsAcceptedWithoutASignatureOrNotAtAll(string policy, string? words)
    {
        File.WriteAllText(_images.PolicyPath, policy);
        var archive = ArchiveBuilder.Docker((Image("policy"), ["app:1"]));
        if (words is null)
        {
            Assert.Single(await LoadAsync(archive));
            return;
        }

        await AssertFailsAsync(ErrorKind.Unknown, archive, words);
    }

    [Fact]
    public async Task Load_AfterAnotherPolicyWasTakenUp_IsHeldAgainstThatOne()
    {
        var other = Path.Combine(_images.Root, "other.json");
        File.WriteAllText(other, """{"default": [{"type": "reject"}]}""");
        _images.Policy.Use(new PolicyFiles(other, _images.Root), _images.Root);

        await AssertFailsAsync(ErrorKind.Unknown, ArchiveBuilder.Docker((Image("policy"), ["app:1"])), "rejects it");
    }

    private static TestImage Image(string text) => new TestImage().Add(TestLayer.OfFiles(gzip: true, ("file", text)));

    private async Task<IReadOnlyList<LoadedImage>> LoadAsync(byte[] archive, params string[] names)
    {
        using var stream = new MemoryStream(archive, writable: false);
        return await _images.Loader.RunAsync(stream, [.. names.Select(ImageReference.Parse)], CancellationToken.None);
    }

    private async Task AssertFailsAsync(ErrorKind kind, byte[] archive, string word, params string[] names)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => LoadAsync(archive, names));
        Assert.Equal(kind, failure.Kind);
        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
        Assert.Empty(_images.Leftovers());
    }
}
