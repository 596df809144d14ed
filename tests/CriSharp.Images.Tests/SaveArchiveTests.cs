using System.Text.Json.Nodes;
using CriSharp.Images.Loading;
using CriSharp.Images.Saving;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

public sealed class SaveArchiveTests : IDisposable
{
    private readonly ImagesFixture _images = new();
    private readonly ImagesFixture _elsewhere = new();

    public void Dispose()
    {
        _images.Dispose();
        _elsewhere.Dispose();
    }

    [Theory]
    [InlineData(ArchiveFormat.Oci)]
    [InlineData(ArchiveFormat.Docker)]
    public async Task Save_WhenLoadedElsewhere_IsTheSameImageWithItsNames(ArchiveFormat format)
    {
        var image = new TestImage { RunConfig = new JsonObject { ["Cmd"] = new JsonArray("run"), ["Labels"] = new JsonObject { ["a"] = "\u00e9<" } } }
            .Add(TestLayer.OfFiles(true, ("file", "1"), ("gone", "1"))).Add(TestLayer.OfFiles(true, (".wh.gone", ""), ("other", "2")));
        await LoadAsync(_images, ArchiveBuilder.Docker((image, ["app:1", "app:2"])));

        var (archive, saved) = await SaveAsync([image.Id], format);
        var loaded = Assert.Single(await LoadAsync(_elsewhere, archive));

        var one = Assert.Single(saved);
        Assert.Equal((image.Id, loaded.Id), (one.Id, one.SavedId));
        Assert.Equal(["docker.io/library/app:1", "docker.io/library/app:2"], loaded.Names.Order(StringComparer.Ordinal));
        Assert.NotEqual(image.Id, loaded.Id);
        var (before, after) = (_images.Store.Resolve("app:1")!, _elsewhere.Store.Resolve("app:2")!);
        Assert.Equal((before.CreatedAt, before.Platform, before.SizeBytes), (after.CreatedAt, after.Platform, after.SizeBytes));
        Assert.Equal("\u00e9<", after.Config.Labels["a"]);
        Assert.Equal(["run"], after.Config.Cmd);
        Assert.Equal(TreeChecksums(_images, before), TreeChecksums(_elsewhere, after));
    }

    [Fact]
    public async Task Save_OfWhatWasSavedBefore_KeepsItsId()
    {
        var image = Image("again");
        await LoadAsync(_images, ArchiveBuilder.Oci(image, ("io.containerd.image.name", "app:1")));
        var (first, _) = await SaveAsync(["app:1"], ArchiveFormat.Oci);
        var loaded = Assert.Single(await LoadAsync(_images, first));

        var (second, saved) = await SaveAsync([loaded.Id], ArchiveFormat.Oci);

        Assert.Equal(loaded.Id, Assert.Single(saved).SavedId);
        Assert.Equal(first, second);
    }

    [Fact]
    public async Task Save_ByATag_HasThisTagAlone()
    {
        await LoadAsync(_images, ArchiveBuilder.Docker((Image("tags"), ["app:1", "app:2"])));

        var (archive, saved) = await SaveAsync(["app:2"], ArchiveFormat.Oci);

        Assert.Equal(["docker.io/library/app:2"], Assert.Single(saved).Names);
        Assert.Equal(["docker.io/library/app:2"], Assert.Single(await LoadAsync(_elsewhere, archive)).Names);
    }

    [Fact]
    public async Task Save_OfSeveralImages_HasSharedLayersOnce()
    {
        var shared = TestLayer.OfFiles(true, ("shared", new string('x', 500_000)));
        var (first, second) = (new TestImage().Add(shared), new TestImage().Add(shared).Add(TestLayer.OfFiles(true, ("second", "1"))));
        await LoadAsync(_images, ArchiveBuilder.Docker((first, ["first:1"]), (second, ["second:1"])));

        var (archive, saved) = await SaveAsync(["first:1", "second:1", first.Id], ArchiveFormat.Oci);

        Assert.Equal([first.Id, second.Id], saved.Select(image => image.Id));
        Assert.InRange(archive.Length, 500_000, 600_000);
        Assert.Equal(2, (await LoadAsync(_elsewhere, archive)).Count);
    }

    [Fact]
    public async Task Save_OfAnArtifact_ChangesNothingOfIt()
    {
        var artifact = new TestArtifact().Add("model.bin", "weights").Add("copy/model.bin", "weights").Add(null, "nameless");
        await LoadAsync(_images, ArchiveOf(artifact));

        var (archive, saved) = await SaveAsync(["artifact:1"], ArchiveFormat.Oci);

        Assert.Equal(artifact.ManifestDigest, Assert.Single(saved).SavedId);
        Assert.Equal(artifact.ManifestDigest, Assert.Single(await LoadAsync(_elsewhere, archive)).Id);
        var refused = await Assert.ThrowsAsync<RuntimeException>(() => SaveAsync(["artifact:1"], ArchiveFormat.Docker));
        Assert.Equal(ErrorKind.FailedPrecondition, refused.Kind);
    }

    [Fact]
    public async Task Save_OfWhatIsNotHere_WritesNothing()
    {
        var refused = await Assert.ThrowsAsync<RuntimeException>(() => _images.Saver.RunAsync(["app:1"], ArchiveFormat.Oci, _ => throw new InvalidOperationException("begun"), CancellationToken.None));

        Assert.Equal(ErrorKind.NotFound, refused.Kind);
    }

    [Fact]
    public async Task Save_WhileUnderWay_KeepsTheImageFromBeingRemoved()
    {
        await LoadAsync(_images, ArchiveBuilder.Docker((Image("held"), ["app:1"])));
        using var output = new MemoryStream();

        await _images.Saver.RunAsync(["app:1"], ArchiveFormat.Oci, async _ =>
        {
            var refused = await Assert.ThrowsAsync<RuntimeException>(() => _images.RemoveAsync("app:1"));
            Assert.Equal(ErrorKind.FailedPrecondition, refused.Kind);
            return output;
        }, CancellationToken.None);
        await _images.RemoveAsync("app:1");

        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Save_WhenItsReaderGoes_EndsAndLetsTheImageGo()
    {
        await LoadAsync(_images, ArchiveBuilder.Docker((new TestImage().Add(TestLayer.OfRandomBytes("file", 8_000_000, seed: 1)), ["app:1"])));

        await Assert.ThrowsAsync<IOException>(() => _images.Saver.RunAsync(["app:1"], ArchiveFormat.Oci, _ => Task.FromResult<Stream>(new GoneReader()), CancellationToken.None));

        await _images.RemoveAsync("app:1");
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Save_OfADamagedLayer_SaysSoBeforeAnythingIsWritten()
    {
        var image = Image("damaged");
        await LoadAsync(_images, ArchiveBuilder.Docker((image, ["app:1"])));
        File.WriteAllText(Path.Combine(_images.Layers.TreePath(new DiffId(Digest.Parse(image.Layers[0].DiffId))), ".wh.file"), "");

        var refused = await Assert.ThrowsAsync<RuntimeException>(() => SaveAsync(["app:1"], ArchiveFormat.Oci));

        Assert.Equal(ErrorKind.DataLoss, refused.Kind);
    }

    private static TestImage Image(string content) => new TestImage().Add(TestLayer.OfFiles(true, ("file", content)));

    private static byte[] ArchiveOf(TestArtifact artifact)
    {
        var builder = new ArchiveBuilder();
        foreach (var blob in artifact.Blobs.Append(artifact.ConfigBytes).Append(artifact.ManifestBytes))
        {
            builder.FileOnce($"blobs/sha256/{TestImage.DigestOf(blob)[7..]}", blob);
        }

        return builder.Index(new JsonObject
        {
            ["mediaType"] = MediaTypes.OciManifest,
            ["digest"] = artifact.ManifestDigest,
            ["size"] = artifact.ManifestBytes.Length,
            ["annotations"] = new JsonObject { ["io.containerd.image.name"] = "artifact:1" },
        }).Build();
    }

    private static Task<IReadOnlyList<LoadedImage>> LoadAsync(ImagesFixture images, byte[] archive) => images.Loader.RunAsync(new MemoryStream(archive), [], CancellationToken.None);

    private static List<ulong?> TreeChecksums(ImagesFixture images, ImageRecord image) => [.. image.Layers.Select(layer => images.Layers.Find(layer)!.TreeChecksum)];

    private async Task<(byte[] Archive, IReadOnlyList<SavedImage> Saved)> SaveAsync(string[] wanted, ArchiveFormat format)
    {
        using var archive = new MemoryStream();
        IReadOnlyList<SavedImage> saved = [];
        await _images.Saver.RunAsync(wanted, format, images =>
        {
            saved = images;
            return Task.FromResult<Stream>(archive);
        }, CancellationToken.None);
        return (archive.ToArray(), saved);
    }

    /// <summary>Takes a little, and then goes.</summary>
    private sealed class GoneReader : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            Length < 1_000_000 ? base.WriteAsync(buffer, cancellationToken) : throw new IOException("gone");
    }
}
