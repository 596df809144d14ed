using System.Text.Json.Nodes;
using CriSharp.Images.Pulling;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Content;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>Against Debian's docker-registry, filled by skopeo and by the API.</summary>
public sealed class PullImageTests : IClassFixture<SharedRegistry>, IDisposable
{
    private readonly LocalRegistry _registry;
    private readonly ImagesFixture _images = new();

    public PullImageTests(SharedRegistry shared) => _registry = shared.Registry;

    public void Dispose() => _images.Dispose();

    [Theory]
    [InlineData("oci", "pushed-oci")]
    [InlineData("v2s2", "pushed-docker")]
    public async Task Pull_ByTag_WhenPushedBySkopeo_HasExactlyThatNameAndDigest(string format, string name)
    {
        var image = await BusyboxImage.BuildAsync();
        var reference = await _registry.PushWithSkopeoAsync(image, name, "1", format);

        var id = await _images.PullAsync(reference);

        var record = Assert.Single(_images.Store.List());
        Assert.Equal(id, record.Id);
        Assert.Equal([reference], record.RepoTags);
        Assert.StartsWith($"{_registry.Host}/{name}@sha256:", Assert.Single(record.RepoDigests), StringComparison.Ordinal);
        Assert.Equal(image.Layers.Select(layer => layer.DiffId), record.Layers.Select(layer => layer.ToString()));
        Assert.True(record.SizeBytes > 1_000_000);
        Assert.Equal(["sh"], record.Config.Cmd);
        Assert.Contains("www-data", _images.ReadFile(image.Layers[1].DiffId, "etc/passwd"), StringComparison.Ordinal);
        if (format == "oci")
        {
            Assert.Equal(image.Id, id);
        }
    }

    [Fact]
    public async Task Pull_ByDigest_HasNoTagAndExactlyThatDigest()
    {
        var image = Files("digest");
        await _registry.Upload.PushAsync(image, "by-digest", "1");
        var reference = $"{_registry.Host}/by-digest@{image.ManifestDigest}";

        await _images.PullAsync(reference);

        var record = Assert.Single(_images.Store.List());
        Assert.Empty(record.RepoTags);
        Assert.Equal([reference], record.RepoDigests);
    }

    [Fact]
    public async Task Pull_WithTagAndDigest_CountsTheDigestOnly()
    {
        var image = Files("both");
        await _registry.Upload.PushAsync(image, "both", "1");

        await _images.PullAsync($"{_registry.Host}/both:no-such-tag@{image.ManifestDigest}");

        Assert.Empty(Assert.Single(_images.Store.List()).RepoTags);
    }

    [Fact]
    public async Task Pull_OfUncompressedAndRepeatedLayers_UnpacksEachOnce()
    {
        var plain = TestLayer.OfFiles(false, ("plain", "1"));
        var image = new TestImage { IsDocker = true }.Add(plain).Add(TestLayer.OfFiles(true, ("gzip", "2"))).Add(plain);
        await _registry.Upload.PushAsync(image, "plain", "1");

        await _images.PullAsync($"{_registry.Host}/plain:1");

        Assert.Equal(3, Assert.Single(_images.Store.List()).Layers.Count);
        Assert.Equal(2, _images.Layers.List().Count);
        Assert.Equal("1", _images.ReadFile(plain.DiffId, "plain"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pull_OfAnIndex_ChoosesThisMachinesImageAndKeepsTheIndexDigest(bool docker)
    {
        var name = docker ? "list" : "index";
        var ours = new TestImage { IsDocker = docker }.Add(TestLayer.OfFiles(true, ("arch", "ours")));
        var other = new TestImage { IsDocker = docker, Architecture = "sparc" }.Add(TestLayer.OfFiles(true, ("arch", "other")));
        foreach (var image in (TestImage[])[ours, other])
        {
            await _registry.Upload.PushAsync(image, name, image.ManifestDigest);
        }

        var index = TestImage.IndexBytes(docker, (other, "unknown", "unknown", null), (other, "linux", "sparc", null), (ours, "linux", TestImage.GoArchitecture, null));
        var mediaType = JsonNode.Parse(index)!["mediaType"]!.GetValue<string>();
        await _registry.Upload.PushManifestAsync(name, "1", mediaType, index);

        var id = await _images.PullAsync($"{_registry.Host}/{name}:1");

        Assert.Equal(ours.Id, id);
        Assert.Equal([$"{_registry.Host}/{name}@{TestImage.DigestOf(index)}"], Assert.Single(_images.Store.List()).RepoDigests);
    }

    /// <summary>Some images of the field have one config, which names one machine, for all of theirs.</summary>
    [Fact]
    public async Task Pull_OfAnIndexThatNamesThisMachine_BelievesItMoreThanTheConfig()
    {
        var image = new TestImage { Architecture = "sparc" }.Add(TestLayer.OfFiles(true, ("a", "b")));
        await _registry.Upload.PushAsync(image, "other-config", image.ManifestDigest);
        foreach (var (tag, os, architecture) in ((string, string?, string?)[])[("named", "linux", TestImage.GoArchitecture), ("nameless", null, null)])
        {
            var index = TestImage.IndexBytes(docker: false, (image, os, architecture, null));
            await _registry.Upload.PushManifestAsync("other-config", tag, MediaTypes.OciIndex, index);
        }

        var nameless = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync($"{_registry.Host}/other-config:nameless"));
        var id = await _images.PullAsync($"{_registry.Host}/other-config:named");

        Assert.Equal((ErrorKind.FailedPrecondition, image.Id), (nameless.Kind, id));
    }

    [Fact]
    public async Task Pull_OfAnotherMachinesImage_SaysSoAndLeavesNothing()
    {
        await _registry.Upload.PushAsync(new TestImage { Architecture = "sparc" }.Add(TestLayer.OfFiles(true, ("a", "b"))), "sparc", "1");

        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync($"{_registry.Host}/sparc:1"));

        Assert.Equal(ErrorKind.FailedPrecondition, failure.Kind);
        Assert.Contains("built for linux/sparc", failure.Message, StringComparison.Ordinal);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_WhenTheTagHasMoved_LeavesTheOldImageByItsDigest()
    {
        var (first, second) = (Files("first"), Files("second"));
        await _registry.Upload.PushAsync(first, "moves", "1");
        await _images.PullAsync($"{_registry.Host}/moves:1");
        await _registry.Upload.PushAsync(second, "moves", "1");

        var id = await _images.PullAsync($"{_registry.Host}/moves:1");

        Assert.Equal(second.Id, id);
        Assert.Equal(second.Id, _images.Store.Resolve($"{_registry.Host}/moves:1")?.Id);
        var old = _images.Store.Resolve(first.Id)!;
        Assert.Empty(old.RepoTags);
        Assert.Equal([$"{_registry.Host}/moves@{first.ManifestDigest}"], old.RepoDigests);
    }

    [Fact]
    public async Task Pull_OfTheSameImageUnderTwoNames_IsOneImage()
    {
        var image = Files("twice");
        await _registry.Upload.PushAsync(image, "twice", "1");
        await _registry.Upload.PushAsync(image, "twice", "2");

        var ids = new[] { await _images.PullAsync($"{_registry.Host}/twice:1"), await _images.PullAsync($"{_registry.Host}/twice:2") };

        Assert.Equal([image.Id, image.Id], ids);
        Assert.Equal([$"{_registry.Host}/twice:1", $"{_registry.Host}/twice:2"], Assert.Single(_images.Store.List()).RepoTags);
    }

    [Fact]
    public async Task Pull_WithWrongCredentials_FailsThoughTheImageIsHere()
    {
        await using var registry = await LocalRegistry.StartAsync(needsLogin: true);
        await registry.Upload.PushAsync(Files("private"), "private", "1");
        await _images.PullAsync($"{registry.Host}/private:1", new PullCredentials { UserName = LocalRegistry.UserName, Password = LocalRegistry.Password });

        var wrong = await Assert.ThrowsAsync<RuntimeException>(
            () => _images.PullAsync($"{registry.Host}/private:1", new PullCredentials { UserName = "mallory", Password = "guess" }));
        var none = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync($"{registry.Host}/private:1"));

        Assert.Equal([ErrorKind.Unauthenticated, ErrorKind.Unauthenticated], [wrong.Kind, none.Kind]);
        Assert.DoesNotContain("guess", wrong.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_OverTlsWithItsCaAndALogin_Works()
    {
        await using var registry = await LocalRegistry.StartAsync(tls: true, needsLogin: true);
        var reference = await registry.PushBusyboxAsync("team/busybox", "1");
        _images.RegistryOptions = _images.RegistryOptions with { CertificateFolders = [registry.CertificatesFolder] };
        _images.Open();

        await _images.PullAsync(reference, new PullCredentials { UserName = LocalRegistry.UserName, Password = LocalRegistry.Password });

        Assert.Equal([reference], Assert.Single(_images.Store.List()).RepoTags);
    }

    [Fact]
    public async Task Pull_OfWhatIsNotThere_IsNotFoundAndLeavesNothing()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync($"{_registry.Host}/nothing:1"));

        Assert.Equal(ErrorKind.NotFound, failure.Kind);
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Pull_FromNobody_IsReportedInTheKubeletsWords()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync("127.0.0.1:1/nobody:1"));

        Assert.Equal(ErrorKind.Unknown, failure.Kind);
        Assert.StartsWith("RegistryUnavailable: ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_ByAnyName_DropsAllTagsAndFreesTheDisk()
    {
        var image = Files("removed");
        await _registry.Upload.PushAsync(image, "removed", "1");
        await _registry.Upload.PushAsync(image, "removed", "2");
        await _images.PullAsync($"{_registry.Host}/removed:1");
        await _images.PullAsync($"{_registry.Host}/removed:2");

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _images.RemoveAsync($"{_registry.Host}/removed:2")));

        Assert.Null(_images.Store.Resolve(image.Id));
        Assert.Empty(_images.Leftovers());
    }

    [Fact]
    public async Task Remove_WhenAnotherImageSharesALayer_KeepsThatLayer()
    {
        var common = TestLayer.OfFiles(true, ("common", "1"));
        var own = TestLayer.OfFiles(true, ("own", "1"));
        var (first, second) = (new TestImage().Add(common).Add(own), new TestImage().Add(common));
        await _registry.Upload.PushAsync(first, "shares", "1");
        await _registry.Upload.PushAsync(second, "shares", "2");
        await _images.PullAsync($"{_registry.Host}/shares:1");
        await _images.PullAsync($"{_registry.Host}/shares:2");

        await _images.RemoveAsync(first.Id);

        Assert.Equal([common.DiffId], _images.Layers.List().Select(layer => layer.DiffId.ToString()));
        Assert.Equal("1", _images.ReadFile(common.DiffId, "common"));
    }

    [Fact]
    public async Task Open_AfterARestart_FindsImagesAndSweepsTheRest()
    {
        var (kept, lost) = (Files("kept"), Files("lost"));
        await _registry.Upload.PushAsync(kept, "kept", "1");
        await _registry.Upload.PushAsync(lost, "lost", "1");
        await _images.PullAsync($"{_registry.Host}/kept:1");
        await _images.PullAsync($"{_registry.Host}/lost:1");
        File.WriteAllText(Path.Combine(_images.Root, "images", lost.Id["sha256:".Length..] + ".json"), "{ half a rec");

        _images.Open();
        await _images.FreeUnused.SweepAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

        Assert.Equal([kept.Id], _images.Store.List().Select(image => image.Id));
        Assert.Equal([kept.Layers[0].DiffId], _images.Layers.List().Select(layer => layer.DiffId.ToString()));
        Assert.Equal(2, _images.Content.List().Count);
        Assert.Equal(lost.Id["sha256:".Length..], Assert.Single(new BrokenRecords(_images.Root).List()).Id);
    }

    private static TestImage Files(string text) => new TestImage().Add(TestLayer.OfFiles(true, ("file", text)));
}

/// <summary>One registry for the tests of a class: starting one takes longer than most of them.</summary>
public sealed class SharedRegistry : IAsyncLifetime
{
    public LocalRegistry Registry { get; private set; } = null!;

    public async Task InitializeAsync() => Registry = await LocalRegistry.StartAsync();

    public async Task DisposeAsync() => await Registry.DisposeAsync();
}
