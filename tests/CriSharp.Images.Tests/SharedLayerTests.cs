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
        var common = TestLayer.OfFiles(true, ("common", "x"));
        var slow = _fake.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "1"))), "slow", "1");
        var quick = _fake.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "2"))), "quick", "1");
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
        Assert.Equal((2, 3), (_fake.Requests.Count(request => request.Path.EndsWith(common.Digest, StringComparison.Ordinal)), _images.Layers.List().Count));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_images.Root, "layers", ".staging")));
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
}
