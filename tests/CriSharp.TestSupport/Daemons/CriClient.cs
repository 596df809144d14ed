using CriSharp.Cri.V1;
using CriSharp.Grpc;
using Grpc.Core;
using Grpc.Net.Client;

namespace CriSharp.TestSupport.Daemons;

/// <summary>The calls of the CRI as tests write them, with a time limit that no healthy call comes near.</summary>
public sealed class CriClient : IDisposable
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(60) * TestNode.Patience;

    private readonly GrpcChannel _channel;

    public CriClient(string socket)
    {
        _channel = UnixSocketChannel.Create(socket);
        Runtime = new RuntimeService.RuntimeServiceClient(_channel);
        Images = new ImageService.ImageServiceClient(_channel);
    }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    public ImageService.ImageServiceClient Images { get; }

    /// <summary>For calls on the services themselves.</summary>
    public static CallOptions Limited => new(deadline: DateTime.UtcNow + CallLimit);

    /// <returns>The image's id.</returns>
    public async Task<string> PullAsync(string reference) =>
        (await Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = reference } }, Limited)).ImageRef;

    /// <returns>Null: there is no such image.</returns>
    public async Task<Image?> ImageAsync(string reference) =>
        (await Images.ImageStatusAsync(new ImageStatusRequest { Image = new ImageSpec { Image = reference } }, Limited)).Image;

    public async Task<IReadOnlyList<Image>> ImagesAsync() => (await Images.ListImagesAsync(new ListImagesRequest(), Limited)).Images;

    public async Task RemoveImageAsync(string reference) =>
        await Images.RemoveImageAsync(new RemoveImageRequest { Image = new ImageSpec { Image = reference } }, Limited);

    /// <returns>The sandbox's id.</returns>
    public async Task<string> RunPodAsync(PodSandboxConfig config, string handler = "") =>
        (await Runtime.RunPodSandboxAsync(new RunPodSandboxRequest { Config = config, RuntimeHandler = handler }, Limited)).PodSandboxId;

    public async Task StopPodAsync(string podId) => await Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = podId }, Limited);

    public async Task RemovePodAsync(string podId) => await Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = podId }, Limited);

    public async Task<PodSandboxStatus> PodStatusAsync(string podId) =>
        (await Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = podId }, Limited)).Status;

    public async Task<IReadOnlyList<PodSandbox>> PodsAsync(PodSandboxFilter? filter = null) =>
        (await Runtime.ListPodSandboxAsync(new ListPodSandboxRequest { Filter = filter }, Limited)).Items;

    /// <returns>The container's id.</returns>
    public async Task<string> CreateAsync(string podId, ContainerConfig config, PodSandboxConfig pod) => (await Runtime.CreateContainerAsync(
        new CreateContainerRequest { PodSandboxId = podId, Config = config, SandboxConfig = pod }, Limited)).ContainerId;

    public async Task StartAsync(string containerId) => await Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = containerId }, Limited);

    public async Task StopAsync(string containerId, long graceSeconds) =>
        await Runtime.StopContainerAsync(new StopContainerRequest { ContainerId = containerId, Timeout = graceSeconds }, Limited);

    public async Task RemoveAsync(string containerId) => await Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = containerId }, Limited);

    public async Task<ContainerStatus> StatusAsync(string containerId) =>
        (await Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = containerId }, Limited)).Status;

    public async Task<IReadOnlyList<Container>> ContainersAsync(ContainerFilter? filter = null) =>
        (await Runtime.ListContainersAsync(new ListContainersRequest { Filter = filter }, Limited)).Containers;

    public async Task<ExecSyncResponse> ExecAsync(string containerId, params string[] command) =>
        await Runtime.ExecSyncAsync(new ExecSyncRequest { ContainerId = containerId, Cmd = { command } }, Limited);

    /// <summary>What a command says in a container; it must succeed.</summary>
    public async Task<string> ExecTextAsync(string containerId, params string[] command)
    {
        var answer = await ExecAsync(containerId, command);
        return answer.ExitCode == 0
            ? answer.Stdout.ToStringUtf8()
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {answer.ExitCode}: {answer.Stderr.ToStringUtf8()}");
    }

    public async Task UpdateAsync(string containerId, LinuxContainerResources resources) => await Runtime.UpdateContainerResourcesAsync(
        new UpdateContainerResourcesRequest { ContainerId = containerId, Linux = resources }, Limited);

    public async Task<ContainerStats> StatsAsync(string containerId) =>
        (await Runtime.ContainerStatsAsync(new ContainerStatsRequest { ContainerId = containerId }, Limited)).Stats;

    public async Task<IReadOnlyList<ContainerStats>> ListStatsAsync(ContainerStatsFilter? filter = null) =>
        (await Runtime.ListContainerStatsAsync(new ListContainerStatsRequest { Filter = filter }, Limited)).Stats;

    public async Task<PodSandboxStats> PodStatsAsync(string podId) =>
        (await Runtime.PodSandboxStatsAsync(new PodSandboxStatsRequest { PodSandboxId = podId }, Limited)).Stats;

    public async Task<IReadOnlyList<PodSandboxStats>> ListPodStatsAsync(PodSandboxStatsFilter? filter = null) =>
        (await Runtime.ListPodSandboxStatsAsync(new ListPodSandboxStatsRequest { Filter = filter }, Limited)).Stats;

    public async Task ReopenLogAsync(string containerId) =>
        await Runtime.ReopenContainerLogAsync(new ReopenContainerLogRequest { ContainerId = containerId }, Limited);

    /// <summary>The CRI has no call that waits for an exit: it is asked until then.</summary>
    public async Task<ContainerStatus> WaitForExitAsync(string containerId)
    {
        using var limit = new CancellationTokenSource(CallLimit);
        ContainerStatus status;
        while ((status = await StatusAsync(containerId)).State is not ContainerState.ContainerExited)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }

        return status;
    }

    public void Dispose() => _channel.Dispose();
}
