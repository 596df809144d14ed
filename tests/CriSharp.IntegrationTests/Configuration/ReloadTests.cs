using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Configuration;

/// <summary>A configuration that changes under a daemon with pods.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private const string Handler = "other";
    private LocalRegistry _registry = null!;
    private DaemonInstance _daemon = null!;
    private string _image = "";

    private CriClient Client => _daemon.Client;

    private static string Table => $"[crio.runtime.runtimes.{Handler}]\nruntime_path = \"{TestNode.RuntimePath}\"\n";

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

    [Fact]
    public async Task Handler_ComesAndGoes_AndItsPodsEndWell()
    {
        Assert.Equal((0, "changed: crio.runtime.runtimes\n"), await ReloadAsync(Table));
        var status = await Client.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited);
        Assert.Contains(status.RuntimeHandlers, handler => handler.Name == Handler);
        var (pod, container) = await RunAsync(Handler);

        Assert.Equal((0, "changed: crio.runtime.runtimes\n"), await ReloadAsync(""));

        Assert.Equal("still\n", await Client.ExecTextAsync(container, "echo", "still"));
        var refusal = await Assert.ThrowsAsync<RpcException>(() => RunAsync(Handler));
        Assert.Equal(StatusCode.NotFound, refusal.StatusCode);
        await Client.StopPodAsync(pod);
        Assert.Equal(ContainerState.ContainerExited, (await Client.StatusAsync(container)).State);
        await Client.RemovePodAsync(pod);
        Assert.Empty(await Client.ContainersAsync());
    }

    [Fact]
    public async Task SeccompProfile_IsThatOfContainersMadeFromThenOn()
    {
        var profile = Path.Combine(_daemon.Folder, "profile.json");
        await File.WriteAllTextAsync(profile, """{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}""");
        var (_, before) = await RunAsync("");

        Assert.Equal((0, "changed: crio.runtime.seccomp_profile\n"), await ReloadAsync($"[crio.runtime]\nseccomp_profile = \"{profile}\"\n"));
        var (_, after) = await RunAsync("");

        Assert.Equal(0, (await Client.ExecAsync(before, "mkdir", "/made")).ExitCode);
        Assert.NotEqual(0, (await Client.ExecAsync(after, "mkdir", "/made")).ExitCode);

        await File.WriteAllTextAsync(profile, "no profile");
        var (exit, words) = await ReloadAsync($"[crio.runtime]\nseccomp_profile = \"{profile}\"\n");
        Assert.Equal(1, exit);
        Assert.Contains($"{_daemon.ConfigFile}:2: crio.runtime.seccomp_profile: ", words, StringComparison.Ordinal);
        Assert.NotEqual(0, (await Client.ExecAsync((await RunAsync("")).Container, "mkdir", "/made")).ExitCode);
    }

    [Fact]
    public async Task SignaturePolicy_IsThatOfPullsFromThenOn()
    {
        var (name, reject, accept) = (await _registry.PushBusyboxAsync(), Path.Combine(_daemon.Folder, "reject.json"), Path.Combine(_daemon.Folder, "accept.json"));
        await File.WriteAllTextAsync(reject, """{"default": [{"type": "reject"}]}""");
        await File.WriteAllTextAsync(accept, """{"default": [{"type": "insecureAcceptAnything"}]}""");

        Assert.Equal((0, "changed: crio.image.signature_policy\n"), await ReloadAsync($"[crio.image]\nsignature_policy = \"{reject}\"\n"));
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client.PullAsync(name));
        Assert.Contains($"the default of {reject} rejects it", refusal.Status.Detail, StringComparison.Ordinal);

        Assert.Equal((0, "changed: crio.image.signature_policy\n"), await ReloadAsync($"[crio.image]\nsignature_policy = \"{accept}\"\n"));
        Assert.Equal(_image, await Client.PullAsync(name));
    }

    [Fact]
    public async Task File_WithWhatWantsARestartOrIsWrong_IsToldSo()
    {
        var (exit, words) = await ReloadAsync("[crio.image]\npinned_images = [\"a\"]\npull_progress_timeout = \"9m\"\n");
        Assert.Equal((0, "changed: crio.image.pinned_images\nwants a restart: crio.image.pull_progress_timeout\n"), (exit, words));

        (exit, words) = await ReloadAsync("[crio.image]\npinned_image = [\"b\"]\n");
        Assert.Equal(1, exit);
        Assert.Contains($"{_daemon.ConfigFile}:2:", words, StringComparison.Ordinal);
        Assert.Contains("did you mean crio.image.pinned_images?", words, StringComparison.Ordinal);

        Assert.Equal((0, "nothing has changed\n"), await ReloadAsync("[crio.image]\npinned_images = [\"a\"]\n"));
        await _daemon.StopDaemonAsync();
        Assert.Equal(1, (await ReloadAsync("")).Exit);
        await _daemon.StartDaemonAsync();
    }

    private async Task<(string Pod, string Container)> RunAsync(string handler)
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = await Client.RunPodAsync(config, handler);
        var sleeper = PodConfigs.Sleeper(_image);
        sleeper.Linux.SecurityContext.Seccomp = new SecurityProfile { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault };
        var container = await Client.CreateAsync(pod, sleeper, config);
        await Client.StartAsync(container);
        return (pod, container);
    }

    private Task<(int Exit, string Words)> ReloadAsync(string configuration) => Reload.RunAsync(_daemon, configuration);
}
