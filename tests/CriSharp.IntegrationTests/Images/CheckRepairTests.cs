using CriSharp.IntegrationTests.Machine;
using CriSharp.Linux.Processes;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Images;

/// <summary>crisharpd check, and check --repair, on the images of a real daemon.</summary>
public sealed class CheckRepairTests : IAsyncLifetime
{
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartPlainAsync("--insecure-registry", _registry.Host);
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Repair_SetsAsideWhatIsDamagedAndSaysSo()
    {
        var busybox = await _daemon.Client.PullAsync(await _registry.PushBusyboxAsync());
        var artifact = new TestArtifact().Add("model", "weights");
        var reference = await artifact.PushAsync(_registry, "model", "1");
        await _daemon.Client.PullAsync(reference);
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config), config);
        var container = await pod.StartAsync(PodConfigs.Sleeper(busybox));

        var (code, output) = await CheckAsync("--repair");
        Assert.Equal(1, code);
        Assert.Contains($"pid {_daemon.DaemonPid}", output, StringComparison.Ordinal);
        (_, output) = await CheckAsync();
        Assert.Contains("not looked at while a daemon runs", output, StringComparison.Ordinal);

        await _daemon.StopDaemonAsync();
        (code, output) = await CheckAsync("--repair");
        Assert.True(code == 0, output);
        Assert.Contains("2 in ", output, StringComparison.Ordinal);

        var file = Directory.GetFiles(Path.Combine(_daemon.Root, "layers"), "model", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(file, "weightz");
        (code, output) = await CheckAsync();
        Assert.Equal(1, code);
        Assert.Contains($"error    images: image {artifact.ManifestDigest} ({reference}", output, StringComparison.Ordinal);
        Assert.Equal("weightz", await File.ReadAllTextAsync(file));

        (code, output) = await CheckAsync("--repair");
        Assert.True(code == 0, output);
        Assert.Contains("; set aside as ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(busybox, output, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_daemon.Root, "broken"), "*.why.json"));

        await _daemon.StartDaemonAsync();
        Assert.Equal([busybox], (await _daemon.Client.ImagesAsync()).Select(image => image.Id));
        Assert.Equal("fine\n", await _daemon.Client.ExecTextAsync(container, "echo", "fine"));
        Assert.Equal(artifact.ManifestDigest, await _daemon.Client.PullAsync(reference));
        await pod.EndAsync();
    }

    private async Task<(int ExitCode, string Output)> CheckAsync(params string[] flags)
    {
        var run = await ProgramRun.RunAsync(
            new ProgramCommand
            {
                Path = PublishedPrograms.Daemon,
                Arguments = ["check", .. flags, "--config", _daemon.ConfigFile, "--root", _daemon.Root, "--runroot", _daemon.RunRoot, "--cgroup-manager", "cgroupfs"],
                Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                TimeLimit = TimeSpan.FromMinutes(1),
            },
            CancellationToken.None);
        return (run.Exit.ShellCode, run.StandardOutputText + run.StandardErrorText);
    }
}
