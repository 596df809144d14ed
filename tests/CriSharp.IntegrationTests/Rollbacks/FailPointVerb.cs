using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using Grpc.Core;

namespace CriSharp.IntegrationTests.Rollbacks;

/// <summary>What a verb is called with, and asked again with.</summary>
public sealed record FailPointSubject(PodSandboxConfig PodConfig)
{
    public string PodId { get; init; } = "";

    public ContainerConfig? ContainerConfig { get; init; }

    public string ContainerId { get; init; } = "";

    public string Image { get; init; } = "";
}

/// <summary>A verb of the CRI as the tests of its stages call it.</summary>
/// <param name="PrepareAsync">Makes what the verb needs.</param>
/// <param name="IsCreation">After a failure there is what was prepared, and nothing more.</param>
public sealed record FailPointVerb(
    string Name,
    Func<FailPointInstance, Task<FailPointSubject>> PrepareAsync,
    Func<CriClient, FailPointSubject, CallOptions, Task> CallAsync,
    bool IsCreation = false)
{
    public static readonly IReadOnlyList<FailPointVerb> All =
    [
        new("RunPodSandbox", NewPodAsync, async (client, subject, limit) => await client.Runtime.RunPodSandboxAsync(
            new RunPodSandboxRequest { Config = subject.PodConfig }, limit), IsCreation: true),
        new("CreateContainer", RunPodAsync, async (client, subject, limit) => await client.Runtime.CreateContainerAsync(
            new CreateContainerRequest { PodSandboxId = subject.PodId, Config = subject.ContainerConfig, SandboxConfig = subject.PodConfig }, limit), IsCreation: true),
        new("StartContainer", CreateContainerAsync, async (client, subject, limit) => await client.Runtime.StartContainerAsync(
            new StartContainerRequest { ContainerId = subject.ContainerId }, limit)),
        new("UpdateContainerResources", StartContainerAsync, async (client, subject, limit) => await client.Runtime.UpdateContainerResourcesAsync(
            new UpdateContainerResourcesRequest { ContainerId = subject.ContainerId, Linux = new LinuxContainerResources { CpuShares = 300, MemoryLimitInBytes = 64 << 20 } }, limit)),
        new("StopContainer", StartContainerAsync, async (client, subject, limit) => await client.Runtime.StopContainerAsync(
            new StopContainerRequest { ContainerId = subject.ContainerId, Timeout = 10 }, limit)),
        new("RemoveContainer", StartContainerAsync, async (client, subject, limit) => await client.Runtime.RemoveContainerAsync(
            new RemoveContainerRequest { ContainerId = subject.ContainerId }, limit)),
        new("StopPodSandbox", StartContainerAsync, async (client, subject, limit) => await client.Runtime.StopPodSandboxAsync(
            new StopPodSandboxRequest { PodSandboxId = subject.PodId }, limit)),
        new("RemovePodSandbox", StartContainerAsync, async (client, subject, limit) => await client.Runtime.RemovePodSandboxAsync(
            new RemovePodSandboxRequest { PodSandboxId = subject.PodId }, limit)),
        new("PullImage", RemoveImageAsync, async (client, subject, limit) => await client.Images.PullImageAsync(
            new PullImageRequest { Image = new ImageSpec { Image = subject.Image } }, limit), IsCreation: true),
    ];

    /// <summary>A start that was cut short may have done its work, or has failed for good: asking again is refused then, and that is right.</summary>
    public async Task<bool> IsDoneAsync(CriClient client, FailPointSubject subject) =>
        Name == "StartContainer" && (await client.StatusAsync(subject.ContainerId)).State is ContainerState.ContainerRunning or ContainerState.ContainerExited;

    /// <summary>Removes all pods.</summary>
    public static async Task EndAsync(CriClient client)
    {
        foreach (var pod in await client.PodsAsync())
        {
            await client.StopPodAsync(pod.Id);
            await client.RemovePodAsync(pod.Id);
        }
    }

    private static Task<FailPointSubject> NewPodAsync(FailPointInstance instance) => Task.FromResult(new FailPointSubject(instance.NewPod()));

    private static async Task<FailPointSubject> RunPodAsync(FailPointInstance instance)
    {
        var pod = await instance.RunPodAsync();
        return new FailPointSubject(pod.Config) { PodId = pod.Id, ContainerConfig = PodConfigs.Sleeper(instance.ImageId) };
    }

    private static async Task<FailPointSubject> CreateContainerAsync(FailPointInstance instance)
    {
        var subject = await RunPodAsync(instance);
        return subject with { ContainerId = await instance.Daemon.Client.CreateAsync(subject.PodId, subject.ContainerConfig!, subject.PodConfig) };
    }

    private static async Task<FailPointSubject> StartContainerAsync(FailPointInstance instance)
    {
        var subject = await CreateContainerAsync(instance);
        await instance.Daemon.Client.StartAsync(subject.ContainerId);
        return subject;
    }

    private static async Task<FailPointSubject> RemoveImageAsync(FailPointInstance instance)
    {
        await instance.Daemon.Client.RemoveImageAsync(instance.ImageId);
        return new FailPointSubject(instance.NewPod()) { Image = instance.ImageName };
    }
}
