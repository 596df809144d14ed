using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using Grpc.Core;

namespace CriSharp.IntegrationTests.UserNamespaces;

/// <summary>After each test every pod is removed, and the machine is as it was.</summary>
[Collection(UserNamespaceTests.Name)]
public abstract class UserNamespaceTest(UserNamespaceInstance instance) : IAsyncLifetime
{
    private MachineSnapshot _before = null!;

    protected UserNamespaceInstance Instance { get; } = instance;

    protected DaemonInstance Daemon => Instance.Daemon;

    protected CriClient Client => Instance.Client;

    public Task InitializeAsync()
    {
        _before = Daemon.Snapshot();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var pod in await Client.PodsAsync())
        {
            await Client.StopPodAsync(pod.Id);
            await Client.RemovePodAsync(pod.Id);
        }

        Assert.Empty(await Daemon.DifferencesAsync(_before));
    }

    private protected async Task<RunningPod> RunPodAsync(string handler, Action<PodSandboxConfig>? change = null)
    {
        var config = Instance.PodConfig(change);
        return new RunningPod(() => Client, await Client.RunPodAsync(config, handler), config);
    }

    private protected async Task<(RunningPod Pod, string Container)> RunSleeperAsync(string handler, Action<ContainerConfig>? change = null)
    {
        var pod = await RunPodAsync(handler);
        var config = PodConfigs.Sleeper(Instance.Image);
        change?.Invoke(config);
        return (pod, await pod.StartAsync(config));
    }

    protected Task<string> ShellAsync(string container, string script) => Client.ExecTextAsync(container, "sh", "-c", script);

    protected static async Task AssertFailsAsync(StatusCode code, string words, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(failure.StatusCode == code, $"{failure.StatusCode} instead of {code}: {failure.Status.Detail}");
        Assert.Contains(words, failure.Status.Detail, StringComparison.Ordinal);
    }
}
