using System.Text;
using System.Text.Json.Nodes;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Images;

public class PullImageTests(SharedInstance shared) : PodTest(shared)
{
    [Fact]
    public async Task Pull_WhenDone_IsKnownByNameAndIdEverywhere()
    {
        var image = (await Client.ImageAsync(Shared.ImageName))!;

        Assert.Equal(Image, image.Id);
        Assert.Equal([Shared.ImageName], image.RepoTags);
        Assert.StartsWith($"{Shared.Registry.Host}/busybox@sha256:", Assert.Single(image.RepoDigests));
        Assert.True(image.Size > 0);
        Assert.Equal(image, await Client.ImageAsync(Image));
        Assert.Equal(image, await Client.ImageAsync(image.RepoDigests[0]));
        Assert.Equal(image.Id, Assert.Single((await Client.Images.ListImagesAsync(new ListImagesRequest(), CriClient.Limited)).Images).Id);
    }

    [Fact]
    public async Task Pull_WhenItIsThereAlready_GivesTheSameId() => Assert.Equal(Image, await Client.PullAsync(Shared.ImageName));

    [Fact]
    public async Task Pull_WhenRemovedAgain_LeavesNothing()
    {
        var name = await PushAsync("gone", TestLayer.OfFiles(gzip: true, ("only/here", "text")));
        var before = Daemon.Snapshot();

        var id = await Client.PullAsync(name);
        Assert.NotNull(await Client.ImageAsync(id));
        await Client.RemoveImageAsync(name);

        Assert.Null(await Client.ImageAsync(name));
        await AssertSameAsync(before);
    }

    [Fact]
    public async Task Pull_WhenTheImageHasAUser_SaysItAsNumberOrName()
    {
        var number = await PullAsync("by-number", new JsonObject { ["User"] = "1003:1004" });
        var name = await PullAsync("by-name", new JsonObject { ["User"] = "www-data:1004" });

        Assert.Equal((1003, ""), (number.Uid.Value, number.Username));
        Assert.Null(name.Uid);
        Assert.Equal("www-data", name.Username);
        await Client.RemoveImageAsync(number.Id);
        await Client.RemoveImageAsync(name.Id);
    }

    [Fact]
    public async Task Pull_WhenALaterLayerDeletesAFile_TheContainerDoesNotSeeIt()
    {
        var busybox = await BusyboxImage.BuildAsync();
        var image = new TestImage { RunConfig = busybox.RunConfig };
        foreach (var layer in busybox.Layers)
        {
            image.Add(layer);
        }

        image.Add(TestLayer.OfFiles(gzip: true, ("data/kept", "1"), ("data/deleted", "2"), ("opaque/hidden", "3")));
        image.Add(TestLayer.OfFiles(gzip: false, ("data/.wh.deleted", ""), ("opaque/.wh..wh..opq", ""), ("opaque/shown", "4")));
        var id = await Client.PullAsync(await Shared.Registry.PushWithSkopeoAsync(image, "whiteouts", "1"));
        var pod = await RunPodAsync();

        var run = await pod.RunToEndAsync(PodConfigs.Container(id, "sh", "-c", "ls /data /opaque"));

        Assert.Equal("/data:\nkept\n\n/opaque:\nshown\n", run.Output);
        await pod.EndAsync();
        await Client.RemoveImageAsync(id);
    }

    [Fact]
    public async Task Pull_WhenTheTagIsNotThere_IsNotFoundAndLeavesNothing()
    {
        await AssertFailsAsync(StatusCode.NotFound, () => Client.PullAsync($"{Shared.Registry.Host}/busybox:nosuch"), "nosuch");

        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Pull_WhenTheRegistryDoesNotAnswer_IsToldInTheKubeletsWords() => Assert.StartsWith(
        "RegistryUnavailable: ",
        await AssertFailsAsync(StatusCode.Unknown, () => Client.PullAsync("127.0.0.1:1/none:1"), "127.0.0.1:1"),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("lower/UPPER:1")]
    [InlineData("a b")]
    [InlineData("name@sha256:12")]
    public async Task Pull_WhenTheNameIsMalformed_IsRefused(string name) => await AssertFailsAsync(StatusCode.InvalidArgument, () => Client.PullAsync(name));

    [Fact]
    public async Task Pull_WhenALayerIsNotWhatItsDigestSays_IsDataLossAndLeavesNothing()
    {
        var layer = TestLayer.OfFiles(gzip: true, ("a", "text"));
        var image = new TestImage().Add(layer);
        // A config that promises another DiffID than the layer has.
        var lie = new TestImage().Add(TestLayer.OfFiles(gzip: true, ("a", "other")));
        await Shared.Registry.Upload.PushBlobAsync("liar", lie.ConfigBytes);
        await Shared.Registry.Upload.PushBlobAsync("liar", layer.Blob);
        var manifest = JsonNode.Parse(image.ManifestBytes)!;
        manifest["config"]!["digest"] = TestImage.DigestOf(lie.ConfigBytes);
        manifest["config"]!["size"] = lie.ConfigBytes.Length;
        await Shared.Registry.Upload.PushManifestAsync("liar", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));

        await AssertFailsAsync(StatusCode.DataLoss, () => Client.PullAsync($"{Shared.Registry.Host}/liar:1"));

        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Pull_WhenALayerIsTruncated_FailsAndLeavesNothing()
    {
        var whole = TestLayer.OfRandomBytes("file", 200_000, seed: 7);
        var image = new TestImage().Add(whole);
        var half = whole.Blob[..(whole.Blob.Length / 2)];
        await Shared.Registry.Upload.PushBlobAsync("truncated", image.ConfigBytes);
        await Shared.Registry.Upload.PushBlobAsync("truncated", half);
        var manifest = JsonNode.Parse(image.ManifestBytes)!;
        manifest["layers"]![0]!["digest"] = TestImage.DigestOf(half);
        manifest["layers"]![0]!["size"] = half.Length;
        await Shared.Registry.Upload.PushManifestAsync("truncated", "1", image.ManifestMediaType, Encoding.UTF8.GetBytes(manifest.ToJsonString()));

        await AssertFailsAsync(StatusCode.DataLoss, () => Client.PullAsync($"{Shared.Registry.Host}/truncated:1"));

        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Pull_WhenTheCallersTimeIsOver_IsDeadlineExceeded()
    {
        var options = new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(1));

        await AssertFailsAsync(
            StatusCode.DeadlineExceeded,
            async () => await Client.Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = Shared.ImageName } }, options));
    }

    [Fact]
    public async Task Remove_WhenNobodyKnowsTheImage_Succeeds() => await Client.RemoveImageAsync("example.test/none:1");

    [Fact]
    public async Task Remove_WhenSeveralNamesPointToIt_RemovesThemAll()
    {
        var layer = TestLayer.OfFiles(gzip: true, ("several", "names"));
        var first = await PushAsync("several-a", layer);
        var second = await PushAsync("several-b", layer);
        var id = await Client.PullAsync(first);
        Assert.Equal(id, await Client.PullAsync(second));

        await Task.WhenAll(Client.RemoveImageAsync(first), Client.RemoveImageAsync(second), Client.RemoveImageAsync(id));

        Assert.Null(await Client.ImageAsync(first));
        Assert.Null(await Client.ImageAsync(second));
        await AssertNothingIsLeftAsync();
    }

    [Fact]
    public async Task Remove_WhenAContainerUsesIt_IsRefused()
    {
        var (_, _) = await RunSleeperAsync();

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.RemoveImageAsync(Shared.ImageName));

        Assert.NotNull(await Client.ImageAsync(Image));
    }

    [Fact]
    public async Task Usage_WhenAsked_NamesAFolderThatIsThere()
    {
        var usage = await Client.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), CriClient.Limited);

        var images = Assert.Single(usage.ImageFilesystems);
        Assert.True(Directory.Exists(images.FsId.Mountpoint));
        Assert.True(images.UsedBytes.Value > 1_000_000);
        Assert.True(images.InodesUsed.Value > 10);
        Assert.True(images.Timestamp > 0);
        Assert.True(Directory.Exists(Assert.Single(usage.ContainerFilesystems).FsId.Mountpoint));

        // On one disk they are one to the kubelet, which compares the names.
        Assert.Equal(images.FsId.Mountpoint, usage.ContainerFilesystems[0].FsId.Mountpoint);
    }

    private async Task<string> PushAsync(string name, TestLayer layer) => await Shared.Registry.PushWithSkopeoAsync(new TestImage().Add(layer), name, "1");

    private async Task<Image> PullAsync(string name, JsonObject config)
    {
        var image = new TestImage { RunConfig = config }.Add(TestLayer.OfFiles(gzip: true, (name, name)));
        return (await Client.ImageAsync(await Client.PullAsync(await Shared.Registry.PushWithSkopeoAsync(image, name, "1"))))!;
    }
}
