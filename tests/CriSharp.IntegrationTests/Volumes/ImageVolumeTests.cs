using System.Text;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Volumes;

/// <summary>Images as volumes, KEP-4639.</summary>
public class ImageVolumeTests(SharedInstance shared) : PodTest(shared)
{
    private const int Executable = 493; // 0755
    private const int Readable = 420; // 0644

    [Fact]
    public async Task Mount_OfAnImage_ShowsItsFilesAndRunsItsPrograms()
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "cat /data/top; cat /sub/file; /data/run; (echo x > /data/new) 2>/dev/null || echo refused");
        config.Mounts.Add(VolumeOf(volume, "/data"));
        config.Mounts.Add(VolumeOf(volume, "/sub", "dir/inner"));

        var (status, output) = await pod.RunToEndAsync(config);

        Assert.Equal("topmost\ninner\nran\nrefused\n", output);
        Assert.Equal(config.Mounts.Count, status.Mounts.Count);
        Assert.All(status.Mounts, mount => Assert.Equal(volume, mount.Image.ImageRef));
    }

    [Fact]
    public async Task Mount_WithMountOptions_IsNotExecutable()
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "sh", "-c", "/data/run 2>/dev/null || echo refused");
        var mount = VolumeOf(volume, "/data");
        mount.MountOptions.Add("noexec");
        config.Mounts.Add(mount);

        Assert.Equal("refused\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("top")]
    [InlineData("../etc")]
    [InlineData("/dir")]
    public async Task Mount_OfASubPathThatIsNoFolder_IsRefusedAndLeavesNothing(string subPath)
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var before = Daemon.Snapshot();
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(VolumeOf(volume, "/data", subPath));

        var words = await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "image_sub_path", subPath);

        // The kubelet's word for an image that has not what is asked for; an absolute path is refused by its look.
        Assert.Equal(subPath != "/dir", words.StartsWith("ImageVolumeMountFailed: ", StringComparison.Ordinal));
        await AssertSameAsync(before);
    }

    /// <summary>The image's own links lead nowhere but into the image.</summary>
    [Fact]
    public async Task Mount_OfASubPathBehindALinkToTheHost_EndsInTheImage()
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Container(Image, "ls", "/data");
        config.Mounts.Add(VolumeOf(volume, "/data", "to-the-root/dir"));

        Assert.Equal("inner\n", (await pod.RunToEndAsync(config)).Output);
    }

    [Fact]
    public async Task Mount_Writable_IsRefused()
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        var mount = VolumeOf(volume, "/data");
        mount.Readonly = false;
        config.Mounts.Add(mount);

        await AssertFailsAsync(StatusCode.InvalidArgument, () => pod.CreateAsync(config), "/data", "readonly");
    }

    [Fact]
    public async Task Mount_OfAnImageThatIsNotHere_IsNotFound()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(VolumeOf($"{Shared.Registry.Host}/never/pulled:latest", "/data"));

        await AssertFailsAsync(StatusCode.NotFound, () => pod.CreateAsync(config), "never/pulled");
    }

    [Fact]
    public async Task RemoveImage_WhileItIsAVolume_IsRefused()
    {
        var volume = await PullDataAsync();
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        config.Mounts.Add(VolumeOf(volume, "/data"));
        var container = await pod.StartAsync(config);

        await AssertFailsAsync(StatusCode.FailedPrecondition, () => Client.RemoveImageAsync(volume), container);
        Assert.Equal("topmost\n", await Client.ExecTextAsync(container, "cat", "/data/top"));
        await Client.RemoveAsync(container);
        await Client.RemoveImageAsync(volume);

        Assert.Null(await Client.ImageAsync(volume));
    }

    /// <summary>CVE-2022-23648: what an image declares as a volume never reaches the host.</summary>
    [Fact]
    public async Task Create_OfAnImageWithHostileVolumes_MakesFoldersInTheContainerOnly()
    {
        var image = (await BusyboxImage.BuildAsync(new System.Text.Json.Nodes.JsonObject
        {
            ["Cmd"] = new System.Text.Json.Nodes.JsonArray("sh"),
            ["Volumes"] = new System.Text.Json.Nodes.JsonObject
            {
                ["/../../crisharp-escape"] = new System.Text.Json.Nodes.JsonObject(),
                ["/data/of/mine"] = new System.Text.Json.Nodes.JsonObject(),
                ["/etc/passwd/x"] = new System.Text.Json.Nodes.JsonObject(),
            },
        })).Add(TestLayer.Write(gzip: true, tar => tar.WriteEntry(TestLayer.LinkEntry("data", "/"))));
        var id = await PullAsync(image, "hostile-volumes");
        var pod = await RunPodAsync();

        var output = (await pod.RunToEndAsync(PodConfigs.Container(id, "sh", "-c", "ls -d /crisharp-escape /of/mine; ls /of/mine | wc -l"))).Output;

        Assert.Equal("/crisharp-escape\n/of/mine\n0\n", output);
        Assert.False(Directory.Exists("/crisharp-escape"));
    }

    private static Mount VolumeOf(string image, string path, string subPath = "") =>
        new() { Image = new ImageSpec { Image = image }, ContainerPath = path, ImageSubPath = subPath, Readonly = true };

    private async Task<string> PullDataAsync()
    {
        var image = new TestImage().Add(TestLayer.Write(gzip: true, tar =>
        {
            tar.WriteEntry(TestLayer.FileEntry("top", Encoding.UTF8.GetBytes("topmost\n"), Readable));
            tar.WriteEntry(TestLayer.FileEntry("run", Encoding.UTF8.GetBytes("#!/bin/sh\necho ran\n"), Executable));
            tar.WriteEntry(TestLayer.FolderEntry("dir/", Executable));
            tar.WriteEntry(TestLayer.FolderEntry("dir/inner/", Executable));
            tar.WriteEntry(TestLayer.FileEntry("dir/inner/file", Encoding.UTF8.GetBytes("inner\n"), Readable));
            tar.WriteEntry(TestLayer.LinkEntry("to-the-root", "/../.."));
        }));
        return await PullAsync(image, "data");
    }
}
