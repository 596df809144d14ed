using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Configuration;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Sandboxes;

/// <summary>Handlers of the configuration's tables: what they let through, and what becomes of their pods when they vanish.</summary>
public sealed class RuntimeHandlerTests : IAsyncLifetime
{
    private const string Runc = "/usr/sbin/runc";
    private const string Handler = "other";

    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    private CriClient Client => _daemon.Client;

    private string Program => Path.Combine(_daemon.Folder, "other-runtime");

    private string State => Path.Combine(_daemon.RunRoot, "state-of-other");

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        _daemon = await DaemonInstance.StartAsync("--insecure-registry", _registry.Host);
        _image = await Client.PullAsync(await _registry.PushBusyboxAsync());
        File.Copy(Runc, Program);
        await WriteTableAsync("allowed_annotations = [\"run.oci.*\"]\n[crio.runtime.runtimes.other.default_annotations]\n\"run.oci.handler\" = \"plain\"");
        await RestartAsync();

        // What stays for good: the bridge, folders of the daemon.
        foreach (var handler in (string[])["", Handler])
        {
            await EndAsync((await RunAsync(handler)).Pod);
        }
    }

    public async Task DisposeAsync()
    {
        await _daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    [Fact]
    public async Task Annotations_OnlyOfTheHandlersList_ReachTheRuntime()
    {
        var allowed = AnnotationsOf((await RunAsync(Handler)).Container);
        var refused = AnnotationsOf((await RunAsync("")).Container);

        Assert.Equal("1", allowed["run.oci.keep_original_groups"]);
        Assert.Equal("plain", allowed["run.oci.handler"]);
        Assert.DoesNotContain("org.systemd.property.KillSignal", allowed.Keys);
        Assert.DoesNotContain(refused.Keys, name => name.StartsWith("run.oci.", StringComparison.Ordinal) && name != "run.oci.systemd.subgroup");
    }

    [Fact]
    public async Task Pod_OfAHandlerThatIsNone_IsRefused()
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs), "nobody"));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        Assert.Contains("nobody", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Contains(Handler, failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_WhenTheRuntimesProgramVanishes_AreListedStoppedAndRemoved()
    {
        var before = _daemon.Snapshot();
        var (pod, container) = await RunAsync(Handler);
        var (second, ended) = await RunAsync(Handler);
        File.Move(Program, Program + ".away");

        await AssertEndedWholeAsync(pod, container, stopFirst: true);
        await AssertEndedWholeAsync(second, ended, stopFirst: false);
        var failure = await Assert.ThrowsAsync<RpcException>(() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs), Handler));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        Assert.Contains(Program, failure.Status.Detail, StringComparison.Ordinal);

        File.Move(Program + ".away", Program);
        await AssertNothingMoreThanAsync(before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Pods_WhenTheTableIsRemovedAndTheDaemonStartsAgain_AreListedStoppedAndRemoved(bool programVanishes)
    {
        var before = _daemon.Snapshot();
        var (pod, container) = await RunAsync(Handler);
        await File.WriteAllTextAsync(_daemon.ConfigFile, "");
        if (programVanishes)
        {
            File.Move(Program, Program + ".away");
        }

        await RestartAsync();

        Assert.Equal(Handler, (await Client.PodStatusAsync(pod)).RuntimeHandler);
        await AssertEndedWholeAsync(pod, container, stopFirst: true);
        var failure = await Assert.ThrowsAsync<RpcException>(() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs), Handler));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
        if (programVanishes)
        {
            File.Move(Program + ".away", Program);
        }

        await AssertNothingMoreThanAsync(before);
    }

    [Fact]
    public async Task Daemon_WhenAHandlersProgramIsAway_StartsAndSaysSo()
    {
        var (pod, container) = await RunAsync(Handler);
        File.Move(Program, Program + ".away");
        await RestartAsync();

        Assert.Contains(Program, _daemon.Log, StringComparison.Ordinal);
        var failure = await Assert.ThrowsAsync<RpcException>(() => Client.RunPodAsync(PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs), Handler));
        Assert.Equal(StatusCode.FailedPrecondition, failure.StatusCode);
        await AssertEndedWholeAsync(pod, container, stopFirst: false);
        await EndAsync((await RunAsync("")).Pod);
    }

    [Fact]
    public async Task Pods_OfTheDefaultHandler_StayWithTheirRuntimeWhenTheDefaultChanges()
    {
        var before = _daemon.Snapshot();
        var (pod, container) = await RunAsync("");
        Assert.True(Directory.Exists(Path.Combine(_daemon.RunRoot, "runtime", Path.GetFileName(TestNode.RuntimePath), container)));

        await RestartAsync("--default-runtime", Handler);
        Assert.Equal("works", (await Client.ExecTextAsync(container, "echo", "works")).Trim());
        await AssertEndedWholeAsync(pod, container, stopFirst: true);
        var (later, made) = await RunAsync("");
        Assert.True(Directory.Exists(Path.Combine(State, made)));
        await EndAsync(later);
        await AssertNothingMoreThanAsync(before);
    }

    [Fact]
    public async Task Pod_WhenItsHandlersStateMoves_GoesOnWithContainersWhereItBegan()
    {
        var config = PodConfig();
        var pod = await Client.RunPodAsync(config, Handler);
        var first = await StartAsync(pod, config, "first");
        var table = await File.ReadAllTextAsync(_daemon.ConfigFile);
        var moved = Path.Combine(_daemon.RunRoot, "moved-state");

        var (exit, words) = await Reload.RunAsync(_daemon, table.Replace(State, moved, StringComparison.Ordinal));

        Assert.Equal((0, "changed: crio.runtime.runtimes\n"), (exit, words));
        var second = await StartAsync(pod, config, "second");
        Assert.Equal("works", (await Client.ExecTextAsync(second, "echo", "works")).Trim());
        Assert.True(Directory.Exists(Path.Combine(State, first)) && Directory.Exists(Path.Combine(State, second)));
        Assert.False(Directory.Exists(Path.Combine(moved, second)));
        await EndAsync(pod);
        Assert.Empty(Directory.GetFileSystemEntries(State));

        await EndAsync((await RunAsync(Handler)).Pod);
        Assert.Empty(Directory.GetFileSystemEntries(moved));
    }

    /// <summary>A container with a process of a shared PID namespace, so that all that a runtime makes is there.</summary>
    private async Task<(string Pod, string Container)> RunAsync(string handler)
    {
        var config = PodConfig();
        var pod = await Client.RunPodAsync(config, handler);
        return (pod, await StartAsync(pod, config, "main"));
    }

    private PodSandboxConfig PodConfig()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        return config;
    }

    private async Task<string> StartAsync(string pod, PodSandboxConfig config, string name)
    {
        var container = PodConfigs.Sleeper(_image);
        container.Metadata.Name = name;
        container.LogPath = $"{name}/0.log";
        container.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        container.Annotations["run.oci.keep_original_groups"] = "1";
        container.Annotations["org.systemd.property.KillSignal"] = "9";
        var id = await Client.CreateAsync(pod, container, config);
        await Client.StartAsync(id);
        return id;
    }

    private async Task AssertEndedWholeAsync(string pod, string container, bool stopFirst)
    {
        Assert.Contains(await Client.PodsAsync(), one => one.Id == pod && one.State == PodSandboxState.SandboxReady);
        Assert.Contains(await Client.ContainersAsync(), one => one.Id == container && one.State == ContainerState.ContainerRunning);
        if (stopFirst)
        {
            await Client.StopAsync(container, 5);
            Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
        }

        await EndAsync(pod);
        Assert.DoesNotContain(await Client.PodsAsync(), one => one.Id == pod);
        Assert.DoesNotContain(await Client.ContainersAsync(), one => one.Id == container);
        Assert.False(Directory.Exists(Path.Combine(State, container)));
    }

    private async Task EndAsync(string pod)
    {
        await Client.StopPodAsync(pod);
        await Client.RemovePodAsync(pod);
    }

    private async Task AssertNothingMoreThanAsync(MachineSnapshot before) => Assert.Empty(await _daemon.DifferencesAsync(before));

    private async Task RestartAsync(params string[] flags)
    {
        await _daemon.KillDaemonAsync();
        await _daemon.StartDaemonAsync(["--insecure-registry", _registry.Host, .. flags]);
    }

    private Task WriteTableAsync(string more) => File.WriteAllTextAsync(
        _daemon.ConfigFile, $"[crio.runtime.runtimes.{Handler}]\nruntime_path = \"{Program}\"\nruntime_root = \"{State}\"\nruntime_type = \"oci\"\n{more}\n");

    private Dictionary<string, string> AnnotationsOf(string container)
    {
        using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_daemon.RunRoot, "containers", container, "config.json")));
        return config.RootElement.GetProperty("annotations").EnumerateObject().ToDictionary(one => one.Name, one => one.Value.GetString()!);
    }
}
