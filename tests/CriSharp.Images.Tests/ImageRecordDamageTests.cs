using CriSharp.Oci;
using CriSharp.Storage.Content;
using CriSharp.TestSupport.Records;

namespace CriSharp.Images.Tests;

public sealed class ImageRecordDamageTests : IAsyncLifetime, IDisposable
{
    private readonly ImagesFixture _images = new();
    private string _path = "";

    public async Task InitializeAsync()
    {
        await AddAsync('a');
        _path = PathOf(await AddAsync('b'));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _images.Dispose();

    [Fact]
    public void Open_WhenARecordIsDamagedInAnyWay_NeverBelievesItAndLoadsTheOthers()
    {
        var whole = File.ReadAllBytes(_path);

        // Each time the stores are opened: a part of all damages does; the record's own test has them all.
        foreach (var (what, content) in Damage.Of(whole).Where((_, number) => number % 23 == 0))
        {
            File.WriteAllBytes(_path, content);
            AssertSetAside(what);
        }

        foreach (var (what, put) in Damage.InItsPlace(whole))
        {
            Damage.Clear(_path);
            put(_path);
            AssertSetAside(what);
        }

        File.WriteAllBytes(_path, whole);
        _images.Open();
        Assert.Equal(2, _images.Store.List().Count);
    }

    [Fact]
    public void Open_WhenARecordIsOfALaterRelease_NamesBothVersions()
    {
        StoredRecord.Change(_path, document => document["version"] = 9);

        _images.Open();

        Assert.Single(_images.Store.List());
        Assert.Contains("version 9 and this release reads up to 3", Assert.Single(new BrokenRecords(_images.Root).List()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WhenARecordIsOfTheFirstRelease_ReadsIt()
    {
        StoredRecord.MakeFirstVersion(_path);

        _images.Open();

        Assert.Equal(2, _images.Store.List().Count);
    }

    [Fact]
    public void Open_WhenARecordHasAnothersName_RefusesIt()
    {
        File.Move(_path, Path.Combine(Path.GetDirectoryName(_path)!, new string('c', 64) + ".json"));

        _images.Open();

        Assert.Single(_images.Store.List());
    }

    private void AssertSetAside(string what)
    {
        _images.Open();
        Assert.True(_images.Store.List().Count == 1, what);
        var broken = new BrokenRecords(_images.Root);
        var entry = Assert.Single(broken.List());
        Assert.True(entry.Noun == "image", what);
        broken.Remove(entry);
    }

    private string PathOf(ImageRecord image) => Path.Combine(_images.Root, "images", image.Id["sha256:".Length..] + ".json");

    private async Task<ImageRecord> AddAsync(char digit)
    {
        var digest = Digest.Parse($"sha256:{new string(digit, 64)}");
        var image = new ImageRecord
        {
            Id = digest.ToString(),
            RepoTags = [$"docker.io/library/{digit}:latest"],
            RepoDigests = [],
            Layers = [],
            SizeBytes = 7,
            Platform = new Platform { Os = "linux", Architecture = "amd64" },
            Config = new ImageConfig(),
            Documents = [],
            PulledAt = DateTimeOffset.UnixEpoch,
        };
        await _images.Store.AddAsync(image, _ => Task.CompletedTask, CancellationToken.None);
        return image;
    }
}
