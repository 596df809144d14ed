using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Volumes;

/// <summary>OCI artifacts as volumes: their blobs are files.</summary>
public class ArtifactVolumeTests(SharedInstance shared) : PodTest(shared)
{
    private static readonly byte[] Tar = TestLayer.OfFiles(false, ("inside", "not unpacked")).Blob;

    [Fact]
    public async Task Mount_OfAnArtifact_ShowsItsBlobsUnderTheirTitles()
    {
        var (artifact, reference) = await PullAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(
            Image, "sh", "-c", "cd /data && find . -type f | sort; cat weights.bin; cat /docs/card.md; cat /one-file; wc -c < rest.tar; stat -c %a weights.bin docs; (echo x > new) 2>/dev/null || echo refused");
        config.Mounts.Add(VolumeOf(reference, "/data"));
        config.Mounts.Add(VolumeOf(reference, "/docs", "docs"));
        config.Mounts.Add(VolumeOf(reference, "/one-file", "docs/card.md"));

        var (status, output) = await pod.RunToEndAsync(config);

        Assert.Equal($"./docs/card.md\n./rest.tar\n./weights.bin\nheavy\ncard\ncard\n{Tar.Length}\n644\n755\nrefused\n", output);
        Assert.All(status.Mounts, mount => Assert.Equal(artifact.ManifestDigest, mount.Image.ImageRef));
    }

    [Fact]
    public async Task Artifact_IsListedAndRemovedAsAnImageAndCantBeRun()
    {
        var (artifact, reference) = await PullAsync();
        var status = (await Client.ImageAsync(reference))!;
        Assert.Equal(artifact.ManifestDigest, status.Id);
        Assert.Equal([reference], status.RepoTags);
        Assert.Equal((ulong)artifact.Blobs.Sum(blob => blob.Length), status.Size);
        Assert.Contains(await Client.ImagesAsync(), image => image.Id == status.Id);

        var pod = await RunPodAsync();
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => pod.CreateAsync(PodConfigs.Container(reference, "sh")), "artifact", artifact.Type, "image volume");
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(VolumeOf(reference, "/data"));
        var container = await pod.StartAsync(config);
        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.RemoveImageAsync(reference), container);
        await Client.RemoveAsync(container);
        await Client.RemoveImageAsync(reference);
        Assert.Null(await Client.ImageAsync(reference));
    }

    [Fact]
    public async Task Artifact_OutlivesAKilledDaemonWithItsMounts()
    {
        var (artifact, reference) = await PullAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(VolumeOf(reference, "/data"));
        var container = await pod.StartAsync(config);

        await Daemon.KillDaemonAsync();
        await Daemon.StartDaemonAsync();

        Assert.Equal("heavy\n", await Client.ExecTextAsync(container, "cat", "/data/weights.bin"));
        Assert.Equal(artifact.ManifestDigest, (await Client.ImageAsync(reference))!.Id);
    }

    private static Mount VolumeOf(string image, string path, string subPath = "") =>
        new() { Image = new ImageSpec { Image = image }, ContainerPath = path, ImageSubPath = subPath, Readonly = true };

    private async Task<(TestArtifact Artifact, string Reference)> PullAsync()
    {
        var artifact = new TestArtifact().Add("weights.bin", "heavy\n").Add("docs/card.md", "card\n").Add("rest.tar", Tar, "application/vnd.test.layer.v1.tar");
        return (artifact, await PullAsync(artifact, "model"));
    }
}
