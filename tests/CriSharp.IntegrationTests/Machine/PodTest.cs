using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Leftovers;
using CriSharp.TestSupport.Registries;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Machine;

/// <summary>
/// A test on the shared instance. After each one every pod is removed, and the machine must be as it was before: no file, mount,
/// network namespace, cgroup, veth, address or process more.
/// </summary>
[Collection(SharedInstanceTests.Name)]
public abstract class PodTest(SharedInstance shared) : IAsyncLifetime
{
    private readonly List<string> _pulled = [];
    private MachineSnapshot _before = null!;

    protected SharedInstance Shared { get; } = shared;

    protected DaemonInstance Daemon => Shared.Daemon;

    protected CriClient Client => Shared.Client;

    protected string Image => Shared.ImageId;

    public Task InitializeAsync()
    {
        _before = Daemon.Snapshot();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        Daemon.Plugins.ClearPlan();
        Daemon.Runtime.ClearPlan();
        foreach (var pod in await Client.PodsAsync())
        {
            await Client.StopPodAsync(pod.Id);
            await Client.RemovePodAsync(pod.Id);
        }

        foreach (var image in _pulled)
        {
            await Client.RemoveImageAsync(image);
        }

        await AssertNothingIsLeftAsync();
        Assert.Empty(await Daemon.Network.RulesAsync());
    }

    /// <summary>The machine is as it was when the test began.</summary>
    protected Task AssertNothingIsLeftAsync() => AssertSameAsync(_before);

    protected async Task AssertSameAsync(MachineSnapshot before) => Assert.Empty(await Daemon.DifferencesAsync(before));

    protected PodSandboxConfig PodConfig(Action<PodSandboxConfig>? change = null)
    {
        var config = PodConfigs.Pod(Daemon.CgroupParent, Daemon.PodLogs);
        change?.Invoke(config);
        return config;
    }

    protected async Task<RunningPod> RunPodAsync(Action<PodSandboxConfig>? change = null)
    {
        var config = PodConfig(change);
        return new RunningPod(() => Client, await Client.RunPodAsync(config), config);
    }

    /// <summary>Pulls an image that is removed after the test.</summary>
    protected async Task<string> PullAsync(TestImage image, string name)
    {
        await Shared.Registry.Upload.PushAsync(image, name, "latest");
        var id = await Client.PullAsync($"{Shared.Registry.Host}/{name}:latest");
        _pulled.Add(id);
        return id;
    }

    /// <inheritdoc cref="PullAsync(TestImage, string)"/>
    /// <returns>Its name.</returns>
    protected async Task<string> PullAsync(TestArtifact artifact, string name)
    {
        var reference = await artifact.PushAsync(Shared.Registry, name, "1");
        _pulled.Add(await Client.PullAsync(reference));
        return reference;
    }

    /// <summary>A pod with a container that runs.</summary>
    protected async Task<(RunningPod Pod, string Container)> RunSleeperAsync(Action<ContainerConfig>? change = null)
    {
        var pod = await RunPodAsync();
        var config = PodConfigs.Sleeper(Image);
        change?.Invoke(config);
        return (pod, await pod.StartAsync(config));
    }

    /// <summary>The call fails with this code, in words that name what was wrong.</summary>
    protected static async Task<string> AssertFailsAsync(StatusCode code, Func<Task> call, params string[] words)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(failure.StatusCode == code, $"{failure.StatusCode} instead of {code}: {failure.Status.Detail}");
        foreach (var word in words)
        {
            Assert.Contains(word, failure.Status.Detail);
        }

        return failure.Status.Detail;
    }
}
