using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Images.Pulling;
using CriSharp.Oci;
using CriSharp.Primitives;
using CriSharp.TestSupport.Registries;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Images.Tests;

/// <summary>Images that are not what they say, registries that fail in the middle, and callers that go.</summary>
public sealed class HostilePullTests : IAsyncLifetime, IDisposable
{
    private readonly ImagesFixture _images = new();
    private FakeRegistry _fake = null!;

    public async Task InitializeAsync() => _fake = await FakeRegistry.StartAsync();

    public async Task DisposeAsync() => await _fake.DisposeAsync();

    public void Dispose() => _images.Dispose();

    [Fact]
    public async Task Pull_WhenALayersBytesAreOthers_IsDataLossAndLeavesNothing()
    {
        var image = Image("real");
        var reference = _fake.Serve(image, "a", "1");
        var changed = (byte[])image.Layers[1].Blob.Clone();
        changed[^1] ^= 1;
        _fake.ServeBlob("a", image.Layers[1].Digest, changed);

        await FailsAsync(reference, ErrorKind.DataLoss);
    }

    [Fact]
    public async Task Pull_WhenALayerIsShorterThanSaid_IsDataLossAndLeavesNothing()
    {
        var image = Image("real");
        var reference = _fake.Serve(image, "a", "1");
        _fake.ServeBlob("a", image.Layers[1].Digest, image.Layers[1].Blob[..^10]);

        await FailsAsync(reference, ErrorKind.DataLoss);
    }

    [Fact]
    public async Task Pull_WhenTheTarIsAnotherThanTheConfigSays_IsDataLossAndLeavesNothing()
    {
        var image = Image("real");
        var config = image.ConfigBytes;
        var lie = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(config).Replace(image.Layers[1].DiffId, TestImage.DigestOf("lie"u8), StringComparison.Ordinal));
        var reference = ServeWith(image, lie);

        await FailsAsync(reference, ErrorKind.DataLoss);
    }

    [Fact]
    public async Task Pull_WhenConfigAndManifestDisagreeOnTheLayers_IsDataLossAndLeavesNothing()
    {
        var image = Image("real");
        var config = JsonNode.Parse(image.ConfigBytes)!;
        config["rootfs"]!["diff_ids"]!.AsArray().RemoveAt(1);
        var reference = ServeWith(image, Encoding.UTF8.GetBytes(config.ToJsonString()));

        await FailsAsync(reference, ErrorKind.DataLoss);
    }

    [Fact] // CVE-2021-41190, GHSA-5j5w-g665-5m35
    public async Task Pull_WhenTheManifestIsAlsoAnIndex_IsDataLossAndLeavesNothing()
    {
        var image = Image("real");
        var both = JsonNode.Parse(image.ManifestBytes)!;
        both["manifests"] = new JsonArray();
        _fake.ServeBlobs(image, "a");
        _fake.ServeManifest("a", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(both.ToJsonString()));

        await FailsAsync($"{_fake.Host}/a:1", ErrorKind.DataLoss);
    }

    [Fact] // CVE-2020-15157
    public async Task Pull_WhenAManifestNamesAnotherHostForALayer_NeverGoesThere()
    {
        await using var other = await FakeRegistry.StartAsync("127.0.0.2");
        var image = Image("real");
        var manifest = JsonNode.Parse(image.ManifestBytes)!;
        manifest["layers"]![0]!["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
        manifest["layers"]![0]!["urls"] = new JsonArray($"http://{other.Host}/v2/a/blobs/{image.Layers[0].Digest}");
        _fake.ServeBlobs(image, "a");
        _fake.ServeManifest("a", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));

        await _images.PullAsync($"{_fake.Host}/a:1", new PullCredentials { UserName = "a", Password = "b" });

        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Pull_WhenTheConnectionBreaksInALayer_GoesOnAndIsWhole()
    {
        var layer = TestLayer.OfRandomBytes("big", 2_000_000, seed: 3);
        var reference = _fake.Serve(new TestImage().Add(layer), "a", "1");
        var breaks = 2;
        _fake.Handler = async context =>
        {
            if (!context.Request.Path.Value!.EndsWith(layer.Digest, StringComparison.Ordinal) || breaks-- <= 0)
            {
                return false;
            }

            var from = (int)(context.Request.GetTypedHeaders().Range?.Ranges.First().From ?? 0);
            context.Response.StatusCode = from > 0 ? 206 : 200;
            context.Response.ContentLength = layer.Blob.Length - from;
            context.Response.Headers.ContentRange = from > 0 ? $"bytes {from}-{layer.Blob.Length - 1}/{layer.Blob.Length}" : default;
            await context.Response.Body.WriteAsync(layer.Blob.AsMemory(from, 500_000));
            await context.Response.Body.FlushAsync();
            context.Abort();
            return true;
        };

        await _images.PullAsync(reference);

        Assert.Equal(2_000_000, new FileInfo(Path.Combine(_images.Layers.TreePath(new DiffId(Digest.Parse(layer.DiffId))), "big")).Length);
        Assert.Contains(_fake.Requests, request => request.Range is not null);
    }

    [Fact]
    public async Task Pull_ByManyAtOnce_DownloadsEachBlobOnce()
    {
        var image = Image("shared");
        var reference = _fake.Serve(image, "a", "1");
        var gate = new TaskCompletionSource();
        _ = HoldLayer(image.Layers[0], gate.Task);

        var pulls = Enumerable.Range(0, 10).Select(_ => _images.PullAsync(reference)).ToList();
        gate.SetResult();

        Assert.Single((await Task.WhenAll(pulls)).Distinct());
        Assert.Equal(1, Asked(image.Layers[0]));
        Assert.Equal(1, Asked(image.Layers[1]));
    }

    [Fact]
    public async Task Pull_OfTwoImagesWithACommonLayer_DownloadsItOnce()
    {
        var common = TestLayer.OfFiles(true, ("common", "x"));
        var first = _fake.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "1"))), "a", "1");
        var second = _fake.Serve(new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "2"))), "b", "1");

        await Task.WhenAll(_images.PullAsync(first), _images.PullAsync(second));

        Assert.Equal(1, Asked(common));
        Assert.Equal(2, _images.Store.List().Count);
    }

    [Fact]
    public async Task Pull_WhenOneOfTwoCallersGoes_GoesOnForTheOther()
    {
        var image = Image("patience");
        var reference = _fake.Serve(image, "a", "1");
        var gate = new TaskCompletionSource();
        var reached = HoldLayer(image.Layers[0], gate.Task);
        using var impatience = new CancellationTokenSource();
        var impatient = _images.PullAsync(reference, cancellationToken: impatience.Token);
        var patient = _images.PullAsync(reference);
        await reached;

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        gate.SetResult();

        Assert.Equal(image.Id, await patient);
    }

    [Fact]
    public async Task Pull_WhenAllCallersHaveGone_EndsAndKeepsFinishedLayersForTheRetryOnly()
    {
        var image = Image("gone");
        var reference = _fake.Serve(image, "a", "1");
        var never = new TaskCompletionSource();
        var reached = HoldLayer(image.Layers[1], never.Task);
        using var impatience = new CancellationTokenSource();
        var pull = _images.PullAsync(reference, cancellationToken: impatience.Token);
        await reached;
        await EventuallyAsync(() => _images.Layers.List().Count == 1);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        never.SetResult();
        await EventuallyAsync(() => _images.Puller.Progress().Count == 0);

        Assert.Empty(_images.Store.List());
        _fake.Handler = _ => Task.FromResult(false);
        await _images.PullAsync(reference);
        Assert.Equal(1, Asked(image.Layers[0]));
    }

    [Fact]
    public async Task Pull_WhenItsCallerComesBackSoon_IsTheSameOne()
    {
        _images.PullOptions = new PullOptions { Linger = TimeSpan.FromMinutes(10) };
        _images.Open();
        var image = Image("patient");
        var reference = _fake.Serve(image, "a", "1");
        var gate = new TaskCompletionSource();
        var reached = HoldLayer(image.Layers[1], gate.Task);
        using var impatience = new CancellationTokenSource();
        var left = _images.PullAsync(reference, cancellationToken: impatience.Token);
        await reached;
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);

        var again = _images.PullAsync(reference);
        gate.SetResult();

        await again;
        Assert.Equal(1, Asked(image.Layers[0]));
        Assert.Equal(1, Asked(image.Layers[1]));
    }

    [Fact]
    public async Task Pull_WhenCancelledAndNeverRetried_GivesTheDiskBackInTime()
    {
        _images.PullOptions = new PullOptions { Linger = TimeSpan.Zero, KeepForRetry = TimeSpan.FromMilliseconds(1) };
        _images.Open();
        var image = Image("late");
        var reference = _fake.Serve(image, "a", "1");
        var never = new TaskCompletionSource();
        var reached = HoldLayer(image.Layers[1], never.Task);
        using var impatience = new CancellationTokenSource();
        var pull = _images.PullAsync(reference, cancellationToken: impatience.Token);
        await reached;
        await EventuallyAsync(() => _images.Layers.List().Count == 1);

        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pull);
        never.SetResult();

        await EventuallyAsync(() => _images.Leftovers().Count == 0);
    }

    [Fact]
    public async Task Progress_InTheMiddleOfAPull_TellsLayersAndBytes()
    {
        var image = Image("progress");
        var reference = _fake.Serve(image, "a", "1");
        var gate = new TaskCompletionSource();
        var reached = HoldLayer(image.Layers[1], gate.Task);
        var pull = _images.PullAsync(reference);
        await reached;
        await EventuallyAsync(() => _images.Puller.Progress().Single().LayersDone == 1);

        var progress = Assert.Single(_images.Puller.Progress());

        Assert.Equal((reference, 1, 2), (progress.Reference, progress.LayersDone, progress.LayersTotal));
        Assert.Equal((image.Layers[0].Blob.Length, image.Layers.Sum(layer => layer.Blob.Length)), (progress.BytesDone, progress.BytesTotal));
        Assert.Equal(
            [(image.Layers[0].Digest, LayerStage.Done, image.Layers[0].Blob.Length), (image.Layers[1].Digest, LayerStage.Waiting, 0L)],
            progress.Layers.Select(layer => (layer.Blob.Digest.ToString(), layer.Stage, layer.BytesDone)));
        gate.SetResult();
        await pull;
        Assert.Empty(_images.Puller.Progress());
    }

    [Fact]
    public async Task Remove_WhileAPullCountsOnALayer_LeavesThatLayerToThePull()
    {
        var common = TestLayer.OfFiles(true, ("common", "x"));
        var slow = TestLayer.OfFiles(true, ("slow", "x"));
        var removed = new TestImage().Add(common).Add(TestLayer.OfFiles(true, ("own", "x")));
        await _images.PullAsync(_fake.Serve(removed, "removed", "1"));
        var pulled = new TestImage().Add(common).Add(slow);
        var reference = _fake.Serve(pulled, "pulled", "1");
        var gate = new TaskCompletionSource();
        var reached = HoldLayer(slow, gate.Task);
        var pull = _images.PullAsync(reference);
        await reached;

        await _images.RemoveAsync(removed.Id);
        gate.SetResult();
        await pull;

        Assert.Equal(new HashSet<string> { common.DiffId, slow.DiffId }, _images.Layers.List().Select(layer => layer.DiffId.ToString()).ToHashSet());
        Assert.Equal("x", _images.ReadFile(common.DiffId, "common"));
        Assert.Equal(1, Asked(common));
    }

    private static TestImage Image(string text) =>
        new TestImage().Add(TestLayer.OfFiles(true, ("first", text))).Add(TestLayer.OfFiles(false, ("second", text + "2")));

    private string ServeWith(TestImage image, byte[] config)
    {
        var manifest = JsonNode.Parse(image.ManifestBytes)!;
        manifest["config"]!["digest"] = TestImage.DigestOf(config);
        manifest["config"]!["size"] = config.Length;
        _fake.ServeBlobs(image, "a");
        _fake.ServeBlob("a", TestImage.DigestOf(config), config);
        _fake.ServeManifest("a", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));
        return $"{_fake.Host}/a:1";
    }

    private async Task<RuntimeException> FailsAsync(string reference, ErrorKind kind)
    {
        var failure = await Assert.ThrowsAsync<RuntimeException>(() => _images.PullAsync(reference));
        Assert.Equal(kind, failure.Kind);
        Assert.Empty(_images.Store.List());
        Assert.Empty(_images.Leftovers());
        return failure;
    }

    /// <summary>The layer is answered only when the gate is open.</summary>
    /// <returns>Done when the layer is asked for.</returns>
    private Task HoldLayer(TestLayer layer, Task gate)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _fake.Handler = async context =>
        {
            if (context.Request.Path.Value!.EndsWith(layer.Digest, StringComparison.Ordinal))
            {
                reached.TrySetResult();
                await gate;
            }

            return false;
        };
        return reached.Task;
    }

    private int Asked(TestLayer layer) => _fake.Requests.Count(request => request.Path.EndsWith(layer.Digest, StringComparison.Ordinal));

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
