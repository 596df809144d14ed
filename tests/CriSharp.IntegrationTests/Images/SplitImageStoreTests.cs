using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Disks;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Images;

/// <summary>Images on one disk, what containers write on another (KEP-4191).</summary>
public sealed class SplitImageStoreTests : IAsyncLifetime
{
    private const int WrittenBytes = 3 << 20;

    private SmallDisk _rootDisk = null!;
    private SmallDisk _imageDisk = null!;
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    private string ImageStore => Path.Combine(_imageDisk.MountPoint, "images");

    private string[] Flags => ["--insecure-registry", _registry.Host, "--disk-reserve", "1MiB", "--pull-disk-floor", "4MiB"];

    public async Task InitializeAsync()
    {
        _rootDisk = await SmallDisk.CreateAsync();
        _imageDisk = await SmallDisk.CreateAsync();
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartOnAsync(Path.Combine(_rootDisk.MountPoint, "root"), [.. Flags, "--imagestore", ImageStore]);
        _image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
        await _imageDisk.DisposeAsync();
        await _rootDisk.DisposeAsync();
    }

    [Fact]
    public async Task Containers_WriteOnTheRootsDiskAndImagesLieOnTheirs()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(_image));
        await _daemon.Client.ExecTextAsync(container, "dd", "if=/dev/zero", "of=/written", "bs=1048576", "count=3");

        Assert.NotEmpty(Directory.GetFiles(Path.Combine(ImageStore, "images"), "*.json"));
        Assert.False(Directory.Exists(Path.Combine(_daemon.Root, "layers")));
        Assert.True(Directory.Exists(Path.Combine(_daemon.Root, "snapshots", container)));
        Assert.False(Directory.Exists(Path.Combine(ImageStore, "snapshots")));
        var info = await FileSystemsAsync();
        while (Assert.Single(info.ContainerFilesystems).UsedBytes.Value < WrittenBytes)
        {
            // A walk in the background tells what containers have written.
            await Task.Delay(TimeSpan.FromMilliseconds(500));
            info = await FileSystemsAsync();
        }

        var images = Assert.Single(info.ImageFilesystems);
        Assert.Equal(ImageStore, images.FsId.Mountpoint);
        Assert.Equal(_daemon.Root, info.ContainerFilesystems[0].FsId.Mountpoint);
        Assert.Equal((await _daemon.Client.ImageAsync(_image))!.Size, images.UsedBytes.Value);
        Assert.NotEqual(0UL, images.InodesUsed.Value);

        // A full image disk hinders pulls alone, and says which disk it is.
        _imageDisk.Fill();
        var second = PodConfigs.Sleeper(_image);
        second.Metadata.Name = "second";
        await pod.StartAsync(second);
        var big = new TestImage().Add(TestLayer.OfRandomBytes("big", 8 << 20, seed: 4));
        await _registry.Upload.PushAsync(big, "big", "1");
        var failure = await Assert.ThrowsAsync<RpcException>(() => _daemon.Client.PullAsync($"{_registry.Host}/big:1"));
        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains(ImageStore, failure.Status.Detail, StringComparison.Ordinal);
        await pod.EndAsync();
        await _daemon.Client.RemoveImageAsync(_image);
        _imageDisk.Free();
        Assert.NotEqual("", await _daemon.Client.PullAsync($"{_registry.Host}/big:1"));
    }

    [Fact]
    public async Task Start_WithTheImagesElsewhere_IsRefusedInWords()
    {
        await _daemon.StopDaemonAsync();

        var (code, output) = await _daemon.RunSecondDaemonAsync([.. Flags]);
        Assert.NotEqual(0, code);
        Assert.Contains($"lie in {ImageStore} (1 of them)", output, StringComparison.Ordinal);

        var other = Path.Combine(_daemon.Folder, "other-images");
        (code, output) = await _daemon.RunSecondDaemonAsync([.. Flags, "--imagestore", other]);
        Assert.NotEqual(0, code);
        Assert.Contains(ImageStore, output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(other));

        // As when its disk is not mounted: the folder below is an empty one.
        var aside = ImageStore + "-aside";
        Directory.Move(ImageStore, aside);
        Directory.CreateDirectory(ImageStore);
        (code, output) = await _daemon.RunSecondDaemonAsync([.. Flags, "--imagestore", ImageStore]);
        Assert.NotEqual(0, code);
        Assert.Contains("mount its disk there", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(ImageStore));

        // The same store at another place is fine.
        await _daemon.StartDaemonAsync([.. Flags, "--imagestore", aside]);
        Assert.NotNull(await _daemon.Client.ImageAsync(_image));
        await _daemon.StopDaemonAsync();
        Directory.Delete(ImageStore);

        // Another root can't have it.
        await using var second = await DaemonInstance.StartPlainAsync();
        await second.StopDaemonAsync();
        (code, output) = await second.RunSecondDaemonAsync("--imagestore", aside);
        Assert.NotEqual(0, code);
        Assert.Contains($"belongs to the root {_daemon.Root}", output, StringComparison.Ordinal);
    }

    private async Task<ImageFsInfoResponse> FileSystemsAsync() => await _daemon.Client.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), CriClient.Limited);
}
