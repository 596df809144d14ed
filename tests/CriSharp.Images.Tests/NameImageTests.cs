using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Registry.Names;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

public sealed class NameImageTests : IDisposable
{
    private readonly ImagesFixture _images = new();

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Tag_WhenNobodyHasTheName_AddsItForGood()
    {
        var id = await LoadAsync("one", "app:1");

        var named = await _images.Namer.TagAsync("app:1", "registry.test/team/app:stable", CancellationToken.None);

        Assert.Equal(["docker.io/library/app:1", "registry.test/team/app:stable"], named.RepoTags.Order(StringComparer.Ordinal));
        _images.Open();
        Assert.Equal(id, _images.Store.Resolve("registry.test/team/app:stable")?.Id);
    }

    [Fact]
    public async Task Tag_WhenAnotherImageHasTheName_TakesItFromThatOne()
    {
        var one = await LoadAsync("one", "app:1");
        var two = await LoadAsync("two", "app:2");

        await _images.Namer.TagAsync(two, "app:1", CancellationToken.None);

        Assert.Equal(two, _images.Store.Resolve("app:1")?.Id);
        Assert.Empty(_images.Store.Resolve(one)!.RepoTags);
    }

    [Fact]
    public async Task Tag_WhileAPullOfTheImageEnds_LosesNothingOfThePull()
    {
        var id = await LoadAsync("one", "app:1");
        var name = ImageReference.Parse("registry.test/app:1");
        var (before, after) = (Digest.Parse(TestImage.DigestOf([1])), Digest.Parse(TestImage.DigestOf([2])));
        var image = _images.Store.Resolve(id)! with { PulledNames = [new PulledName(name, before, before, [])] };
        await _images.Store.AddAsync(image, _ => Task.CompletedTask, CancellationToken.None);

        Task tagging = Task.CompletedTask;
        var pulled = image with { PulledNames = [new PulledName(name, after, after, [])] };
        await _images.Store.AddAsync(pulled, _ => Task.FromResult(tagging = _images.Namer.TagAsync(id, "app:2", CancellationToken.None)), CancellationToken.None);
        await tagging;

        Assert.Equal(after, Assert.Single(_images.Store.Resolve("app:2")!.PulledNames).Resolved);
    }

    [Fact]
    public async Task Untag_WhenItWasTheLastName_LeavesTheImageByItsId()
    {
        var id = await LoadAsync("one", "app:1");

        var left = await _images.Namer.UntagAsync("app:1", CancellationToken.None);

        Assert.Equal((id, 0), (left.Id, left.RepoTags.Count));
        _images.Open();
        Assert.Null(_images.Store.Resolve("app:1"));
        Assert.NotNull(_images.Store.Resolve(id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MovedTag_WhenACrashLeftItOnTwoRecords_IsNotBackOnTheOldImageLater(bool removes)
    {
        var one = await LoadAsync("one", "app:1");
        var record = Path.Combine(_images.Root, "images", $"{one[7..]}.json");
        var before = await File.ReadAllBytesAsync(record);
        var two = await LoadAsync("two", "app:2");
        await _images.Namer.TagAsync(two, "app:1", CancellationToken.None);
        await File.WriteAllBytesAsync(record, before);
        _images.Open();
        Assert.Equal(two, _images.Store.Resolve("app:1")?.Id);

        await (removes ? _images.RemoveAsync(two) : _images.Namer.UntagAsync("app:1", CancellationToken.None));
        _images.Open();

        Assert.Null(_images.Store.Resolve("app:1"));
        Assert.Empty(_images.Store.Resolve(one)!.RepoTags);
    }

    [Theory]
    [InlineData("none:1", "app:2", ErrorKind.NotFound)]
    [InlineData("app:1", "UPPER:1", ErrorKind.InvalidArgument)]
    [InlineData("app:1", "", ErrorKind.InvalidArgument)]
    [InlineData("app:1", "app@sha256:0123456789012345678901234567890123456789012345678901234567890123", ErrorKind.InvalidArgument)]
    public async Task Tag_OfWhatCanNot_IsRefused(string image, string name, ErrorKind kind)
    {
        await LoadAsync("one", "app:1");

        Assert.Equal(kind, (await Assert.ThrowsAsync<RuntimeException>(() => _images.Namer.TagAsync(image, name, CancellationToken.None))).Kind);
    }

    [Fact]
    public async Task Untag_OfAnUnknownName_IsNotFound()
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.Namer.UntagAsync("none:1", CancellationToken.None));

        Assert.Equal(ErrorKind.NotFound, failure.Kind);
    }

    private async Task<string> LoadAsync(string text, string name)
    {
        var image = new TestImage().Add(TestLayer.OfFiles(gzip: true, ("file", text)));
        using var archive = new MemoryStream(ArchiveBuilder.Docker((image, [name])));
        return Assert.Single(await _images.Loader.RunAsync(archive, [], CancellationToken.None)).Id;
    }
}
