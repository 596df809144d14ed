using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Disks;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Disk;

/// <summary>A test on a daemon whose root is a small disk of its own, with a reserve of 1 MiB and a floor of 4 MiB.</summary>
public abstract class DiskTest : IAsyncLifetime
{
    protected const long ReserveBytes = 1 << 20;
    protected const long FloorBytes = 4 << 20;
    private static readonly TimeSpan WaitLimit = TimeSpan.FromSeconds(60);

    protected SmallDisk Disk { get; private set; } = null!;

    protected DaemonInstance Daemon { get; private set; } = null!;

    protected LocalRegistry Registry { get; private set; } = null!;

    protected string ImageName { get; private set; } = "";

    protected string Image { get; private set; } = "";

    protected CriClient Client => Daemon.Client;

    protected virtual int? Inodes => null;

    protected string ReserveFolder => Path.Combine(Daemon.Root, "reserve");

    public async Task InitializeAsync()
    {
        Disk = await SmallDisk.CreateAsync(inodes: Inodes);
        Registry = await LocalRegistry.StartAsync();
        ImageName = await Registry.PushBusyboxAsync();
        Daemon = await DaemonInstance.StartOnAsync(
            Path.Combine(Disk.MountPoint, "root"), "--insecure-registry", Registry.Host, "--disk-reserve", "1MiB", "--pull-disk-floor", "4MiB");
        Image = await Client.PullAsync(ImageName);

        // The first pod makes what stays for good: the bridge, the address plugin's own files, folders of the daemon.
        var (pod, _) = await RunSleeperAsync();
        await pod.EndAsync();
    }

    public async Task DisposeAsync()
    {
        if (Daemon is not null)
        {
            await Daemon.DisposeAsync();
        }

        if (Registry is not null)
        {
            await Registry.DisposeAsync();
        }

        if (Disk is not null)
        {
            await Disk.DisposeAsync();
        }
    }

    protected PodSandboxConfig PodConfig() => PodConfigs.Pod(Daemon.CgroupParent, Daemon.PodLogs);

    protected async Task<RunningPod> RunPodAsync(PodSandboxConfig? config = null)
    {
        config ??= PodConfig();
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    protected async Task<(RunningPod Pod, string Container)> RunSleeperAsync()
    {
        var pod = await RunPodAsync();
        return (pod, await pod.StartAsync(PodConfigs.Sleeper(Image)));
    }

    /// <summary>Of the machine, but for the reserve, which comes and goes.</summary>
    protected async Task AssertSameAsync(MachineSnapshot before) =>
        Assert.DoesNotContain(await Daemon.DifferencesAsync(before), line => !line.Contains(ReserveFolder, StringComparison.Ordinal));

    protected async Task<RpcException> AssertExhaustedAsync(Func<Task> call) => AssertExhausted(await Assert.ThrowsAsync<RpcException>(call));

    /// <summary>The error has the code, and names the disk.</summary>
    protected RpcException AssertExhausted(RpcException failure)
    {
        Assert.True(failure.StatusCode == StatusCode.ResourceExhausted, $"{failure.StatusCode}: {failure.Status.Detail}");
        Assert.Contains(Daemon.Root, failure.Status.Detail);
        return failure;
    }

    protected async Task<StatusResponse> StatusAsync() => await Client.Runtime.StatusAsync(new StatusRequest { Verbose = true }, CriClient.Limited);

    protected async Task<RuntimeCondition> RuntimeReadyAsync() =>
        (await StatusAsync()).Status.Conditions.Single(condition => condition.Type == "RuntimeReady");

    protected static async Task WaitUntilAsync(Func<Task<bool>> condition, string what)
    {
        using var limit = new CancellationTokenSource(WaitLimit);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, $"{what} did not come");
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }

    protected static Task WaitUntilAsync(Func<bool> condition, string what) => WaitUntilAsync(() => Task.FromResult(condition()), what);
}
