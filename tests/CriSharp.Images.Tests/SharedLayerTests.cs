using System.Formats.Tar;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.Storage.Layers;
using CriSharp.TestSupport.Registries;

namespace CriSharp.Images.Tests;

/// <summary>A layer that somebody else's image has, too.</summary>
public sealed class SharedLayerTests : IAsyncLifetime, IDisposable
{
    private readonly ImagesFixture _images = new();
    private FakeRegistry _fake = null!;

    public async Task InitializeAsync() => _fake = await FakeRegistry.StartAsync();

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    public void Dispose() => _images.Dispose();

    [Theory] // Whether it answers at all or not
    [InlineData(0)]
    [InlineData(1)]
    public async Task Pull_WhenAnotherRegistryIsSlowWithACommonLayer_FetchesItItself(int bytes)
    {
        _images.LayerLimits = new LayerLimits { SharedPatience = TimeSpan.FromMilliseconds(50) };
        _images.Open();
        await using var other = await FakeRegistry.StartAsync("127.0.0.2");
        var common = TestLayer.OfFiles(true, ("common", "x"));
        var slow = _fake.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "1"))), "slow", "1");
        var quick = other.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "2"))), "quick", "1");
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fake.Handler = async context =>
        {
            if (context.Request.Path.Value != $"/v2/slow/blobs/{common.Digest}")
            {
                return false;
            }

            context.Response.ContentLength = common.Blob.Length;
            await context.Response.Body.WriteAsync(common.Blob.AsMemory(0, bytes));
            await context.Response.Body.FlushAsync();
            reached.TrySetResult();
            await gate.Task;
            await context.Response.Body.WriteAsync(common.Blob.AsMemory(bytes));
            return true;
        };
        var first = _images.PullAsync(slow);
        await reached.Task;

        await _images.PullAsync(quick).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.False(first.IsCompleted);
        Assert.Equal("x", _images.ReadFile(common.DiffId, "common"));
        gate.SetResult();
        await first;
        Assert.Equal("x", _images.ReadFile(common.DiffId, "common"));
        Assert.Equal((1, 1, 3), (Fetches(_fake, common), Fetches(other, common), _images.Layers.List().Count));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_images.Root, "layers", ".staging")));
    }

    /// <summary>However slowly it comes there: each further download would make it slower.</summary>
    [Fact]
    public async Task Pulls_OfACommonLayer_FetchItFromEachRegistryOnce()
    {
        _images.LayerLimits = new LayerLimits { SharedPatience = TimeSpan.FromMilliseconds(50) };
        _images.Open();
        await using var other = await FakeRegistry.StartAsync("127.0.0.2");
        var common = TestLayer.OfFiles(true, ("common", "x"));
        var gate = new TaskCompletionSource();
        _fake.Handler = other.Handler = async context =>
        {
            await (IsOf(common, context.Request.Path.Value!) ? gate.Task : Task.CompletedTask);
            return false;
        };

        List<Task<string>> pulls = [.. Pull(_fake)];
        await SettleAsync(_fake);
        Assert.Equal(1, Fetches(_fake, common));
        pulls.AddRange(Pull(other));
        await SettleAsync(other);

        Assert.Equal((1, 1), (Fetches(_fake, common), Fetches(other, common)));
        gate.SetResult();
        await Task.WhenAll(pulls).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((1, 1), (Fetches(_fake, common), Fetches(other, common)));

        IEnumerable<Task<string>> Pull(FakeRegistry from) => Enumerable.Range(1, 3).Select(number =>
            _images.PullAsync(from.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", $"{from.Host} {number}"))), $"image-{number}", "1")));

        // Until it is asked for the layer, and then ten times their patience.
        async Task SettleAsync(FakeRegistry registry)
        {
            for (var tries = 0; tries < 3000 && Fetches(registry, common) == 0; tries++)
            {
                await Task.Delay(10);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500));
        }
    }

    [Fact] // The layer's digest says nothing of the file that it links to.
    public async Task Pull_OfALayerThatIsHereWithAnotherImagesFiles_IsRefusedWhileTheyAreNeededAndFetchedAnewThen()
    {
        var linking = TestLayer.Write(true, tar => tar.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "copy") { LinkName = "f" }));
        var evil = new TestImage().Add(TestLayer.OfFiles(true, ("f", "evil"))).Add(linking);
        await _images.PullAsync(_fake.Serve(evil, "evil", "1"));
        var reference = _fake.Serve(new TestImage().Add(TestLayer.OfFiles(true, ("f", "good"))).Add(linking), "good", "1");

        await RefusesAsync();
        Assert.Equal(evil.Id, Assert.Single(_images.Store.List()).Id);
        _images.SnapshotLayers.Add(new DiffId(Digest.Parse(linking.DiffId)));
        await _images.RemoveAsync(evil.Id);
        await RefusesAsync();
        _images.SnapshotLayers.Clear();

        await _images.PullAsync(reference);
        Assert.Equal("good", _images.ReadFile(linking.DiffId, "copy"));

        async Task RefusesAsync()
        {
            var refused = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(reference));
            Assert.Equal(ErrorKind.FailedPrecondition, refused.Kind);
            Assert.Contains(linking.DiffId, refused.Message, StringComparison.Ordinal);
            Assert.Equal("evil", _images.ReadFile(linking.DiffId, "copy"));
        }
    }

    private static int Fetches(FakeRegistry registry, TestLayer layer) => registry.Requests.Count(request => IsOf(layer, request.Path));

    private static bool IsOf(TestLayer layer, string path) => path.EndsWith(layer.Digest, StringComparison.Ordinal);
}
