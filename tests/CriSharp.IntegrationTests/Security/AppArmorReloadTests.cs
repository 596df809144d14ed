using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Configuration;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Security;

/// <summary>Another default profile under a daemon with pods.</summary>
public sealed class AppArmorReloadTests : IAsyncLifetime
{
    private const string Own = "crisharp-tests-reload";
    private const string Setting = "crio.runtime.apparmor_profile";

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

    [AppArmorFact]
    public async Task Profile_IsThatOfContainersMadeFromThenOn()
    {
        var config = PodConfigs.Pod(_daemon.CgroupParent, _daemon.PodLogs);
        var pod = new RunningPod(() => _daemon.Client, await _daemon.Client.RunPodAsync(config), config);
        var before = await pod.StartAsync(Sleeper("before"));
        var (exit, words) = await Reload.RunAsync(_daemon, $"[crio.runtime]\napparmor_profile = \"{Own}\"\n");
        Assert.Equal(1, exit);
        Assert.Contains($"{Setting}: \"{Own}\" can't be applied: ", words, StringComparison.Ordinal);

        await AppArmorParser.RunAsync("-Kr", $"profile {Own} {{ file, capability, network, signal, }}");
        try
        {
            Assert.Equal((0, $"changed: {Setting}\n"), await Reload.RunAsync(_daemon, $"[crio.runtime]\napparmor_profile = \"{Own}\"\n"));
            var after = await pod.StartAsync(Sleeper("after"));
            Assert.Equal($"{Own} (enforce)\n", await LabelAsync(after));
            Assert.Equal("crisharp-default (enforce)\n", await LabelAsync(before));

            Assert.Equal((0, $"changed: {Setting}\n"), await Reload.RunAsync(_daemon, ""));
            Assert.Equal("crisharp-default (enforce)\n", await LabelAsync(await pod.StartAsync(Sleeper("last"))));
        }
        finally
        {
            await pod.EndAsync();
            await AppArmorParser.RunAsync("-KR", $"profile {Own} {{ }}");
        }
    }

    private ContainerConfig Sleeper(string name)
    {
        var config = PodConfigs.Sleeper(_image);
        config.Metadata.Name = name;
        return config;
    }

    private Task<string> LabelAsync(string container) => _daemon.Client.ExecTextAsync(container, "cat", "/proc/1/attr/current");
}
