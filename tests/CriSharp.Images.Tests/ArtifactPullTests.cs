using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

public sealed class ArtifactPullTests : IAsyncLifetime, IDisposable
{
    private readonly ImagesFixture _images = new();
    private FakeRegistry _registry = null!;

    public async Task InitializeAsync() => _registry = await FakeRegistry.StartAsync();

    public async Task DisposeAsync() => await _registry.DisposeAsync();

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Pull_KeepsEachBlobAsAFileOfItsTitle()
    {
        var artifact = new TestArtifact().Add("model.gguf", "weights").Add("docs/en/card.md", "words").Add(null, "nameless").Add("archive.tar", TestLayer.OfFiles(false, ("a", "b")).Blob);

        var id = await _images.PullAsync(artifact.Serve(_registry, "models/a", "1"));

        Assert.Equal(artifact.ManifestDigest, id);
        var record = _images.Store.Resolve(id)!;
        Assert.Equal("application/vnd.test.model", record.ArtifactType);
        Assert.Equal([$"{_registry.Host}/models/a:1"], record.RepoTags);
        Assert.Equal(artifact.Blobs.Sum(blob => blob.Length), record.SizeBytes);
        Assert.Equal("weights", Read(record, 0, "model.gguf"));
        Assert.Equal("words", Read(record, 1, "docs/en/card.md"));
        Assert.Equal("nameless", Read(record, 2, TestImage.DigestOf("nameless"u8).Replace(':', '-')));
        Assert.Equal(artifact.Blobs[3], File.ReadAllBytes(PathOf(record, 3, "archive.tar")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, File.GetUnixFileMode(PathOf(record, 0, "model.gguf")));

        _images.Open();
        Assert.Equivalent(record, Assert.Single(_images.Store.List()), strict: true);

        await _images.RemoveAsync($"{_registry.Host}/models/a:1");
        Assert.Empty(_images.Leftovers());
        Assert.Equal(0, _images.Store.FileSystemUsage().UsedBytes);
    }

    [Fact]
    public async Task Pull_OfANewVersion_FetchesOnlyWhatHasChanged()
    {
        await _images.PullAsync(new TestArtifact().Add("big", "the same").Add("card", "one").Serve(_registry, "a", "1"));
        var blob = TestImage.DigestOf("the same"u8);
        Assert.Single(_registry.Requests, request => request.Path.Contains(blob, StringComparison.Ordinal));

        var second = await _images.PullAsync(new TestArtifact().Add("big", "the same").Add("card", "two").Serve(_registry, "a", "2"));

        Assert.Single(_registry.Requests, request => request.Path.Contains(blob, StringComparison.Ordinal));
        await _images.RemoveAsync($"{_registry.Host}/a:1");
        Assert.Equal("the same", Read(_images.Store.Resolve(second)!, 0, "big"));
    }

    [Theory]
    [InlineData("../escape")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a\0b")]
    [InlineData("other/x")]
    [InlineData("other")]
    public async Task Pull_OfATitleThatLeadsElsewhereOrCollides_IsRefusedAndLeavesNothing(string title)
    {
        var artifact = new TestArtifact().Add("other", "x").Add(title, "y");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(artifact.Serve(_registry, "a", "1")));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
        Assert.Contains("title", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_OfALongTitle_IsRefused() => await Assert.ThrowsAsync<RuntimeException>(
        () => _images.PullAsync(new TestArtifact().Add(new string('n', 256), "y").Serve(_registry, "a", "1")));

    [Theory]
    [InlineData("other bytes!")]
    [InlineData("shorter")]
    [InlineData("longer than announced")]
    public async Task Pull_OfABlobThatIsAnother_IsRefusedAndLeavesNothing(string served)
    {
        var artifact = new TestArtifact().Add("file", "right bytes!");
        var reference = artifact.Serve(_registry, "a", "1");
        _registry.ServeBlob("a", TestImage.DigestOf(artifact.Blobs[0]), System.Text.Encoding.UTF8.GetBytes(served));

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(reference));

        Assert.Equal(ErrorKind.DataLoss, failure.Kind);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_OfAnArtifactWithTheConfigOfAnImage_GoesByItsType()
    {
        var artifact = new TestArtifact { ConfigMediaType = MediaTypes.OciConfig }.Add("f", "x");

        var id = await _images.PullAsync(artifact.Serve(_registry, "a", "1"));

        Assert.Equal(artifact.Type, _images.Store.Resolve(id)!.ArtifactType);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pull_OfAManifestWhoseConfigHasNoMediaType_IsAnImage(bool isEmpty)
    {
        var image = new TestImage().Add(TestLayer.OfFiles(true, ("file", "text")));
        var manifest = JsonNode.Parse(image.ManifestBytes)!;
        manifest["config"]!.AsObject().Remove("mediaType");
        if (isEmpty)
        {
            manifest["config"]!["mediaType"] = "";
        }

        _registry.ServeBlobs(image, "a");
        _registry.ServeManifest("a", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));

        var id = await _images.PullAsync($"{_registry.Host}/a:1");

        Assert.Equal(image.Id, id);
        Assert.Null(_images.Store.Resolve(id)!.ArtifactType);
        Assert.Equal("text", _images.ReadFile(image.Layers[0].DiffId, "file"));
    }

    private string Read(ImageRecord record, int file, string name) => File.ReadAllText(PathOf(record, file, name));

    private string PathOf(ImageRecord record, int file, string name) => Path.Combine(_images.Layers.TreePath(record.Layers[file]), name);
}
