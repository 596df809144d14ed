using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Networks;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Recovery;

/// <summary>crisharpd wipe ends and removes what an instance has, and touches nothing that a daemon serves.</summary>
public sealed class WipeTests : IAsyncLifetime
{
    private static readonly TimeSpan WipeLimit = TimeSpan.FromMinutes(2);

    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
        _image = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Wipe_WhenADaemonRuns_NamesItAndTouchesNothing()
    {
        var container = await RunAsync();

        var (exitCode, output) = await WipeAsync("--force");

        Assert.Equal(1, exitCode);
        Assert.Contains($"pid {_daemon.DaemonPid}", output);
        Assert.Equal(Cri.V1.ContainerState.ContainerRunning, (await _daemon.Client.StatusAsync(container)).State);
    }

    [Fact]
    public async Task Wipe_WhenPodsAreOfThisBoot_LeavesThem()
    {
        var container = await RunAsync();
        await _daemon.KillDaemonAsync();

        var (exitCode, output) = await WipeAsync("--images");

        Assert.True(exitCode == 0, output);
        Assert.Contains("kept image", output);
        Assert.DoesNotContain("removed", output);
        await _daemon.StartDaemonAsync();
        Assert.Equal(Cri.V1.ContainerState.ContainerRunning, (await _daemon.Client.StatusAsync(container)).State);
    }

    [Fact]
    public async Task Wipe_WhenForced_LeavesNothingAndMayBeRunAgain()
    {
        await RunAsync();
        await _daemon.Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs));
        Assert.Equal(2, _daemon.Network.Leases.Count);
        await _daemon.KillDaemonAsync();

        var (exitCode, output) = await WipeAsync("--force", "--images");

        Assert.True(exitCode == 0, output);
        Assert.Equal(2, output.Split('\n').Count(line => line.StartsWith("removed pod ", StringComparison.Ordinal)));
        Assert.Contains($"removed image {_image}", output);
        Assert.Empty(_daemon.Network.Leases);
        Assert.DoesNotContain(File.ReadLines("/proc/self/mounts"), line => line.Contains(_daemon.Folder, StringComparison.Ordinal));
        var (again, nothing) = await WipeAsync("--force", "--images");
        Assert.True(again == 0, nothing);
        Assert.Contains("nothing to remove", nothing);

        await _daemon.StartDaemonAsync();
        Assert.Empty(await _daemon.Client.PodsAsync());
        Assert.Null(await _daemon.Client.ImageAsync(_image));
    }

    private async Task<string> RunAsync()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = await _daemon.Client.RunPodAsync(config);
        var container = await _daemon.Client.CreateAsync(pod, PodConfigs.Sleeper(_image), config);
        await _daemon.Client.StartAsync(container);
        return container;
    }

    private async Task<(int ExitCode, string Output)> WipeAsync(params string[] flags)
    {
        var output = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = PublishedPrograms.Daemon,
                Arguments =
                [
                    "wipe", .. flags, "--config", _daemon.ConfigFile, "--root", _daemon.Root, "--runroot", _daemon.RunRoot, "--cgroup-manager", "cgroupfs",
                    "--cni-config-dir", _daemon.Network.ConfigDirectory, "--cni-plugin-dir", _daemon.Plugins.PluginDirectory,
                    "--cni-plugin-dir", CniNetwork.PluginDirectory,
                ],
                Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                TimeLimit = WipeLimit,
            },
            CancellationToken.None);
        return (output.Exit.ShellCode, output.StandardOutputText + output.StandardErrorText);
    }
}
