using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Records;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>One broken record of each kind, among good ones: the daemon starts, serves what is good, and names what is not.</summary>
public sealed class BrokenRecordTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _imageName = "";
    private string _image = "";

    private CriClient Client => _daemon.Client;

    private string Broken => Path.Combine(_daemon.Root, "broken");

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
        _imageName = await _registry.PushBusyboxAsync();
        _image = await Client.PullAsync(_imageName);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Start_WhenARecordOfEachKindIsBroken_ServesTheOthersAndNamesEach()
    {
        var (good, goodContainer) = await RunAsync();
        var (lostSandbox, orphan) = await RunAsync();
        var (pod, lostContainer) = await RunAsync();
        var (podOfStatus, damagedStatus) = await RunAsync();
        var stoppedPod = await RunPodAsync();
        var detached = await RunPodAsync();
        var image = await PushSmallImageAsync();
        await _daemon.StopDaemonAsync();

        Flip(Path.Combine(_daemon.Root, "sandboxes", lostSandbox.Id, "record.json"));
        Flip(Path.Combine(_daemon.Root, "containers", lostContainer, "record.json"));
        Flip(Path.Combine(_daemon.Root, "containers", damagedStatus, "status.json"));
        Flip(Path.Combine(_daemon.Root, "sandboxes", stoppedPod.Id, "status.json"));
        Flip(Path.Combine(_daemon.Root, "sandboxes", detached.Id, "network", "attachment.json"));
        Flip(Path.Combine(_daemon.Root, "images", image["sha256:".Length..] + ".json"));
        await _daemon.StartDaemonAsync();

        // The good ones are as they were.
        Assert.Equal(PodSandboxState.SandboxReady, (await Client.PodStatusAsync(good.Id)).State);
        Assert.Equal("alive\n", await Client.ExecTextAsync(goodContainer, "echo", "alive"));

        // Each broken one is named, and kept with its reason.
        foreach (var (noun, id) in ((string, string)[])
            [
                ("pod-sandbox", lostSandbox.Id), ("container", lostContainer), ("status-of-a-container", damagedStatus), ("status-of-a-pod-sandbox", stoppedPod.Id),
                ("network-attachment", detached.Id), ("image", image["sha256:".Length..]),
            ])
        {
            Assert.Contains(id, _daemon.Log);
            Assert.True(Path.Exists(Path.Combine(Broken, $"{noun}-{id}")), $"{noun}-{id}");
            Assert.Contains("checksum", await File.ReadAllTextAsync(Path.Combine(Broken, $"{noun}-{id}.why.json")));
        }

        Assert.Contains("still runs", _daemon.Log);
        Assert.Null(await Client.ImageAsync(image));
        Assert.DoesNotContain(await Client.PodsAsync(), listed => listed.Id == lostSandbox.Id);
        Assert.DoesNotContain(await Client.ContainersAsync(), listed => listed.Id == lostContainer);

        // What can be told of the others lets a kubelet clean them up.
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(orphan)).State);
        Assert.Equal(ContainerState.ContainerUnknown, (await Client.StatusAsync(damagedStatus)).State);
        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(stoppedPod.Id)).State);
        await Client.StopAsync(orphan, 0);
        await Client.RemoveAsync(orphan);
        await Client.StopAsync(damagedStatus, 0);
        await Client.RemoveAsync(damagedStatus);
        foreach (var left in (RunningPod[])[good, pod, podOfStatus, stoppedPod, detached])
        {
            await left.EndAsync();
        }

        Assert.Empty(await Client.PodsAsync());
        Assert.Empty(await Client.ContainersAsync());

        // Only the address of the sandbox that nobody knows any more is still taken.
        Assert.Single(_daemon.Network.Leases);

        // And all that is broken does not grow with a restart.
        var kept = Directory.GetFileSystemEntries(Broken).Length;
        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync();
        Assert.Equal(kept, Directory.GetFileSystemEntries(Broken).Length);
    }

    [Fact]
    public async Task Start_WhenTheStatusIsDamagedButTheEndIsRecorded_TellsTheTrueCode()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(_image, "sh", "-c", "exit 9"));
        await Client.WaitForExitAsync(container);
        await _daemon.StopDaemonAsync();
        Flip(Path.Combine(_daemon.Root, "containers", container, "status.json"));

        await _daemon.StartDaemonAsync();

        Assert.Equal((ContainerState.ContainerExited, 9), ((await Client.StatusAsync(container)).State, (await Client.StatusAsync(container)).ExitCode));
        await pod.EndAsync();
    }

    /// <summary>A layer's files stay, since containers may run on them; the image is pulled anew.</summary>
    [Fact]
    public async Task Start_WhenALayersRecordIsDamaged_RunningContainersGoOnAndAPullMendsIt()
    {
        var (pod, container) = await RunAsync();
        await _daemon.StopDaemonAsync();
        foreach (var layer in Directory.EnumerateDirectories(Path.Combine(_daemon.Root, "layers"), "sha256-*"))
        {
            Flip(Path.Combine(layer, "record.json"));
        }

        await _daemon.StartDaemonAsync();

        Assert.Equal("alive\n", await Client.ExecTextAsync(container, "/bin/sh", "-c", "cat /etc/passwd > /dev/null && echo alive"));
        Assert.Null(await Client.ImageAsync(_image));
        Assert.Equal(_image, await Client.PullAsync(_imageName));
        Assert.Equal("alive\n", await Client.ExecTextAsync(container, "echo", "alive"));
        await pod.EndAsync();
        var (next, _) = await RunAsync();
        await next.EndAsync();
    }

    /// <summary>An upgrade: the release before wrote no checksums.</summary>
    [Fact]
    public async Task Start_WhenTheRecordsAreTheFirstReleases_FindsEverything()
    {
        var (pod, container) = await RunAsync();
        var (podBefore, before) = (await Client.PodStatusAsync(pod.Id), await Client.StatusAsync(container));
        await _daemon.StopDaemonAsync();
        File.Delete(Path.Combine(_daemon.Root, "layout.json"));
        foreach (var record in Directory.EnumerateFiles(_daemon.Root, "*.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
            .Where(file => !file.Contains("/tree/", StringComparison.Ordinal) && !file.Contains("/upper/", StringComparison.Ordinal)))
        {
            StoredRecord.MakeFirstVersion(record);
        }

        await _daemon.StartDaemonAsync();

        Assert.Equal(before, await Client.StatusAsync(container));
        Assert.Equal(podBefore, await Client.PodStatusAsync(pod.Id));
        Assert.Equal(_image, (await Client.ImageAsync(_image))!.Id);
        Assert.False(Directory.Exists(Broken));
        await pod.EndAsync();
        Assert.Empty(_daemon.Network.Leases);
    }

    private async Task<(RunningPod Pod, string Container)> RunAsync()
    {
        var pod = await RunPodAsync();
        return (pod, await pod.StartAsync(PodConfigs.Sleeper(_image)));
    }

    private async Task<RunningPod> RunPodAsync()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    private async Task<string> PushSmallImageAsync()
    {
        await _registry.Upload.PushAsync(new TestImage().Add(TestLayer.OfFiles(true, ("file", "small"))), "small", "1");
        return await Client.PullAsync($"{_registry.Host}/small:1");
    }

    /// <summary>One bit, near the end.</summary>
    private static void Flip(string path)
    {
        var content = File.ReadAllBytes(path);
        content[^10] ^= 4;
        File.WriteAllBytes(path, content);
    }
}
