using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.Benchmarks.Listing;

/// <param name="Aim">Of the median; empty: none.</param>
internal sealed record ListedCall(string Name, string Aim, Func<ListedNode, Task> RunAsync)
{
    public static readonly ListedCall ListContainers = new(
        nameof(ListContainers), "0.5 ms", async node => await node.Runtime.ListContainersAsync(new ListContainersRequest(), CriClient.Limited));

    public static readonly ListedCall ListPodSandbox = new(
        nameof(ListPodSandbox), "0.5 ms", async node => await node.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), CriClient.Limited));

    public static readonly ListedCall ContainerStatus = new(
        nameof(ContainerStatus), "0.15 ms", async node => await node.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = node.Container }, CriClient.Limited));

    public static readonly ListedCall PodSandboxStatus = new(
        nameof(PodSandboxStatus), "", async node => await node.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = node.Pod }, CriClient.Limited));

    public static readonly ListedCall ImageStatus = new(
        nameof(ImageStatus), "0.15 ms", async node => await node.Client.Images.ImageStatusAsync(new ImageStatusRequest { Image = new ImageSpec { Image = node.Image } }, CriClient.Limited));

    public static readonly ListedCall Status = new(nameof(Status), "", async node => await node.Runtime.StatusAsync(new StatusRequest(), CriClient.Limited));

    public static readonly ListedCall Version = new(nameof(Version), "", async node => await node.Runtime.VersionAsync(new VersionRequest(), CriClient.Limited));

    public static readonly ListedCall ListImages = new(nameof(ListImages), "", async node => await node.Client.Images.ListImagesAsync(new ListImagesRequest(), CriClient.Limited));

    public static readonly ListedCall ImageFsInfo = new(nameof(ImageFsInfo), "", async node => await node.Client.Images.ImageFsInfoAsync(new ImageFsInfoRequest(), CriClient.Limited));

    public static readonly ListedCall ListContainerStats = new(
        nameof(ListContainerStats), "20 ms", async node => await node.Runtime.ListContainerStatsAsync(new ListContainerStatsRequest(), CriClient.Limited));

    public static readonly ListedCall ListPodSandboxStats = new(
        nameof(ListPodSandboxStats), "", async node => await node.Runtime.ListPodSandboxStatsAsync(new ListPodSandboxStatsRequest(), CriClient.Limited));

    public static readonly ListedCall ListPodSandboxMetrics = new(
        nameof(ListPodSandboxMetrics), "", async node => await node.Runtime.ListPodSandboxMetricsAsync(new ListPodSandboxMetricsRequest(), CriClient.Limited));

    public static readonly IReadOnlyList<ListedCall> All =
    [
        Version, Status, ListContainers, ListPodSandbox, ContainerStatus, PodSandboxStatus, ImageStatus, ListImages, ImageFsInfo,
        ListContainerStats, ListPodSandboxStats, ListPodSandboxMetrics,
    ];
}
