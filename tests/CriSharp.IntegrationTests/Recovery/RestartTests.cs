using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Cgroups;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>The daemon is killed or stopped while pods live on; the next one must find everything again.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    private CriClient Client => _daemon.Client;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
        _image = await Client.PullAsync(await _registry.PushBusyboxAsync());
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Restart_WhenAContainerRuns_FindsItAndItNeverNoticed(bool killed)
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(_image, "sh", "-c", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done"));
        var (podBefore, before) = (await Client.PodStatusAsync(pod.Id), await Client.StatusAsync(container));
        var processBefore = await Client.ExecTextAsync(container, "sh", "-c", "cut -d' ' -f22 /proc/1/stat");

        await EndAndStartAsync(killed);

        Assert.Equal(before, await Client.StatusAsync(container));
        Assert.Equal(podBefore, await Client.PodStatusAsync(pod.Id));
        Assert.Equal(_image, (await Client.ImageAsync(_image))!.Id);
        Assert.Equal(processBefore, await Client.ExecTextAsync(container, "sh", "-c", "cut -d' ' -f22 /proc/1/stat"));
        var now = File.ReadLines(before.LogPath).Count();
        await WaitUntilAsync(() => File.ReadLines(before.LogPath).Count() > now + 3);
        // No number is missing over the restart.
        var numbers = File.ReadLines(before.LogPath).Select(line => int.Parse(line.Split(' ')[3])).ToList();
        Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);

        await Client.StopAsync(container, 0);
        Assert.Equal(137, (await Client.StatusAsync(container)).ExitCode);
        await pod.EndAsync();
        Assert.Empty(_daemon.Network.Leases);
    }

    [Fact]
    public async Task Restart_WhenAContainerEndedMeanwhile_KnowsItsCodeAndLog()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Container(_image, "sh", "-c", "while [ ! -e /end ]; do sleep 0.05; done; echo last words; exit 23"));
        var pid = await InitPidAsync(container);
        using var process = PidHandle.Open(pid);

        await _daemon.KillDaemonAsync();
        await File.WriteAllTextAsync($"/proc/{pid}/root/end", "");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await process.WaitForExitAsync(limit.Token);
        await _daemon.StartDaemonAsync();

        var status = await Client.WaitForExitAsync(container);
        Assert.Equal((23, "Error"), (status.ExitCode, status.Reason));
        Assert.Equal("last words\n", RunningPod.LogText(status));
    }

    [Fact]
    public async Task Restart_WhenMonitorsWereKilledMeanwhile_FindsTheContainersAndTellsTheTruth()
    {
        var pod = await RunPodAsync();
        var living = await pod.StartAsync(PodConfigs.Sleeper(_image));
        var dead = PodConfigs.Sleeper(_image);
        dead.Metadata.Name = "dead";
        dead.LogPath = "dead/0.log";
        var ended = await pod.StartAsync(dead);
        using var process = PidHandle.Open(await InitPidAsync(ended));

        await _daemon.KillDaemonAsync();
        Monitors.Kill(_daemon.Folder, living);
        Monitors.Kill(_daemon.Folder, ended);
        process.Signal(Signals.SIGKILL);
        await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        await _daemon.StartDaemonAsync();

        // Nobody was there when it ended, but where it is not reaped yet the kernel still tells.
        var end = await Client.WaitForExitAsync(ended);
        Assert.True((end.ExitCode, end.Reason) is (255, "ContainerStatusUnknown") or (137, "Error"), $"{end.ExitCode} {end.Reason}");
        Assert.Contains("monitor", end.Message);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(living)).State);
        var log = (await Client.StatusAsync(living)).LogPath;
        await WaitUntilAsync(() => File.ReadAllText(log).Contains("monitor", StringComparison.Ordinal));
        await EndAndStartAsync(killed: true);
        await Client.StopAsync(living, 20);
        Containers.LostMonitorTests.AssertEnd(await Client.StatusAsync(living), 0, "Completed");
        Assert.Single(await File.ReadAllLinesAsync(log), line => line.Contains("monitor", StringComparison.Ordinal));
        await pod.EndAsync();
        Assert.Empty(Monitors.Of(_daemon.Folder, ""));
    }

    [Fact]
    public async Task Restart_WhenDaemonAndMonitorWereKilledWhileTheRuntimeCreates_LeavesNothing()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => Client, await Client.RunPodAsync(config, DaemonInstance.FaultyHandler), config);
        // The first container makes folders that stay for good.
        await Client.RemoveAsync(await pod.CreateAsync(PodConfigs.Sleeper(_image)));
        var before = _daemon.Snapshot();
        _daemon.Runtime.HangAfter("create", null);
        var calls = _daemon.Runtime.Calls.Count;
        var creation = Record.ExceptionAsync(() => pod.CreateAsync(PodConfigs.Sleeper(_image)));
        await WaitUntilAsync(() => Monitors.Of(_daemon.Folder, "").Count > 0 && _daemon.Runtime.Calls.Count > calls);

        await _daemon.KillDaemonAsync();
        await Monitors.KillSessionsAsync(_daemon.Folder);
        Assert.NotNull(await creation);
        _daemon.Runtime.ClearPlan();
        await _daemon.StartDaemonAsync();

        Assert.Empty(await _daemon.DifferencesAsync(before));
    }

    [Fact]
    public async Task Restart_WhenContainersAreOfEveryState_FindsEachInItsOwn()
    {
        var pod = await RunPodAsync();
        var created = await pod.CreateAsync(PodConfigs.Sleeper(_image));
        var exited = PodConfigs.Container(_image, "sh", "-c", "exit 4");
        exited.Metadata.Name = "exited";
        exited.LogPath = "exited/0.log";
        var (status, _) = await pod.RunToEndAsync(exited);
        var stopped = await RunPodAsync();
        await Client.StopPodAsync(stopped.Id);

        await EndAndStartAsync(killed: true);

        Assert.Equal(ContainerState.ContainerCreated, (await Client.StatusAsync(created)).State);
        Assert.Equal(status, await Client.StatusAsync(status.Id));
        Assert.Equal(PodSandboxState.SandboxNotready, (await Client.PodStatusAsync(stopped.Id)).State);
        await Client.StartAsync(created);
        Assert.Equal(ContainerState.ContainerRunning, (await Client.StatusAsync(created)).State);
    }

    [Fact]
    public async Task Restart_UnderTheOtherCgroupDriver_LeavesEarlierPodsToTheirs()
    {
        var pod = await RunPodAsync();
        var container = await pod.StartAsync(PodConfigs.Sleeper(_image));

        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync("--insecure-registry", _registry.Host, "--cgroup-manager", TestNode.HasSystemd ? "cgroupfs" : "systemd");

        Assert.Equal("there\n", await Client.ExecTextAsync(container, "echo", "there"));
        Assert.NotEqual(0UL, (await Client.StatsAsync(container)).Memory.WorkingSetBytes.Value);
        Assert.Equal(pod.Id, Assert.Single(await Client.ListPodStatsAsync()).Attributes.Id);
        var later = PodConfigs.Sleeper(_image);
        later.Metadata.Name = "later";
        later.LogPath = "later/0.log";
        Assert.NotEmpty(CgroupHierarchies.Detect().Pids(_daemon.CgroupOf(await pod.StartAsync(later))));
        await pod.EndAsync();
        Assert.False(CgroupHierarchies.Detect().Exists(_daemon.CgroupOf(container)));
    }

    [Fact]
    public async Task Restart_WhenTheKubeletRetriesWhatSucceededBefore_GivesTheSamePod()
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(_image);
        var container = await pod.CreateAsync(config);

        await EndAndStartAsync(killed: true);

        Assert.Equal(pod.Id, await Client.RunPodAsync(pod.Config));
        Assert.Equal(container, await pod.CreateAsync(config));
    }

    [Fact]
    public async Task Restart_WhenKilledInTheMiddleOfMakingPods_LeavesEachWholeOrGone()
    {
        await (await RunPodAsync()).EndAsync();
        var before = _daemon.Snapshot();
        var callsBefore = _daemon.Plugins.Calls.Count;
        var configs = Enumerable.Range(0, 4).Select(_ => PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs)).ToList();
        var calls = configs.Select(config => Record.ExceptionAsync(() => Client.RunPodAsync(config))).ToList();
        await WaitUntilAsync(() => _daemon.Plugins.Calls.Count > callsBefore + 1);

        await EndAndStartAsync(killed: true);
        await Task.WhenAll(calls);

        // The kubelet's retry: whatever became of the first try.
        var ids = await Task.WhenAll(configs.Select(config => Client.RunPodAsync(config)));
        Assert.Equal(ids.Order(), (await Client.PodsAsync()).Select(pod => pod.Id).Order());
        Assert.Equal(4, _daemon.Network.Leases.Count);
        foreach (var id in ids)
        {
            await Client.RemovePodAsync(id);
        }

        Assert.Empty(await _daemon.DifferencesAsync(before));
        Assert.Empty(_daemon.Network.Leases);
    }

    [Fact]
    public async Task Start_WhenAnotherDaemonHasTheRoot_SaysWhichAndLeavesItAlone()
    {
        var (exitCode, output) = await _daemon.RunSecondDaemonAsync();

        Assert.NotEqual(0, exitCode);
        Assert.Contains(_daemon.Root, output);
        Assert.Contains($"{_daemon.DaemonPid}", output);
        Assert.NotNull(await Client.ImageAsync(_image));
    }

    [Fact]
    public async Task Start_WhenARecordIsDamaged_StillServesTheOthers()
    {
        var good = await RunPodAsync();
        var bad = await RunPodAsync();
        await _daemon.StopDaemonAsync();
        await File.WriteAllTextAsync(Path.Combine(_daemon.Root, "sandboxes", bad.Id, "record.json"), "{ half");

        await _daemon.StartDaemonAsync();

        Assert.Equal(PodSandboxState.SandboxReady, (await Client.PodStatusAsync(good.Id)).State);
        Assert.Contains(bad.Id, _daemon.Log);
    }

    [Fact]
    public async Task Stop_WhenAsked_EndsWellAndRemovesItsSockets()
    {
        Assert.Equal(0, await _daemon.StopDaemonAsync());
        Assert.False(File.Exists(_daemon.Socket));
        await _daemon.StartDaemonAsync();
    }

    private async Task EndAndStartAsync(bool killed)
    {
        if (killed)
        {
            await _daemon.KillDaemonAsync();
        }
        else
        {
            await _daemon.StopDaemonAsync();
        }

        await _daemon.StartDaemonAsync();
    }

    private async Task<RunningPod> RunPodAsync()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    /// <summary>The host's pid of a container's first process.</summary>
    private async Task<int> InitPidAsync(string container)
    {
        var answer = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = System.Text.Json.JsonDocument.Parse(answer.Info["info"]);
        return info.RootElement.GetProperty("pid").GetInt32();
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }
}
