using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;
using Google.Protobuf;
using Grpc.Core;

namespace CriSharp.Benchmarks.Listing;

/// <param name="Aim">Of the median to the answer's last byte; empty: none.</param>
/// <param name="RunAsync">By a client that reads what it gets.</param>
internal sealed record ListedCall(string Service, string Name, string Aim, Func<ListedNode, IMessage> Request, Func<ListedNode, Task> RunAsync)
{
    public static readonly ListedCall ListContainers = Of(
        nameof(ListContainers), "0.5 ms", _ => new ListContainersRequest(), (runtime, request, options) => runtime.ListContainersAsync(request, options));

    public static readonly ListedCall ListPodSandbox = Of(
        nameof(ListPodSandbox), "0.5 ms", _ => new ListPodSandboxRequest(), (runtime, request, options) => runtime.ListPodSandboxAsync(request, options));

    public static readonly ListedCall ContainerStatus = Of(
        nameof(ContainerStatus), "0.15 ms", node => new ContainerStatusRequest { ContainerId = node.Container }, (runtime, request, options) => runtime.ContainerStatusAsync(request, options));

    public static readonly ListedCall PodSandboxStatus = Of(
        nameof(PodSandboxStatus), "", node => new PodSandboxStatusRequest { PodSandboxId = node.Pod }, (runtime, request, options) => runtime.PodSandboxStatusAsync(request, options));

    public static readonly ListedCall ImageStatus = OfImages(
        nameof(ImageStatus), "0.15 ms", node => new ImageStatusRequest { Image = new ImageSpec { Image = node.Image } }, (images, request, options) => images.ImageStatusAsync(request, options));

    public static readonly ListedCall Status = Of(nameof(Status), "", _ => new StatusRequest(), (runtime, request, options) => runtime.StatusAsync(request, options));

    public static readonly ListedCall Version = Of(nameof(Version), "", _ => new VersionRequest(), (runtime, request, options) => runtime.VersionAsync(request, options));

    public static readonly ListedCall ListImages = OfImages(nameof(ListImages), "", _ => new ListImagesRequest(), (images, request, options) => images.ListImagesAsync(request, options));

    public static readonly ListedCall ImageFsInfo = OfImages(nameof(ImageFsInfo), "", _ => new ImageFsInfoRequest(), (images, request, options) => images.ImageFsInfoAsync(request, options));

    public static readonly ListedCall ListContainerStats = Of(
        nameof(ListContainerStats), "20 ms", _ => new ListContainerStatsRequest(), (runtime, request, options) => runtime.ListContainerStatsAsync(request, options));

    public static readonly ListedCall ListPodSandboxStats = Of(
        nameof(ListPodSandboxStats), "", _ => new ListPodSandboxStatsRequest(), (runtime, request, options) => runtime.ListPodSandboxStatsAsync(request, options));

    public static readonly ListedCall ListPodSandboxMetrics = Of(
        nameof(ListPodSandboxMetrics), "", _ => new ListPodSandboxMetricsRequest(), (runtime, request, options) => runtime.ListPodSandboxMetricsAsync(request, options));

    public static readonly IReadOnlyList<ListedCall> All =
    [
        Version, Status, ListContainers, ListPodSandbox, ContainerStatus, PodSandboxStatus, ImageStatus, ListImages, ImageFsInfo,
        ListContainerStats, ListPodSandboxStats, ListPodSandboxMetrics,
    ];

    private static ListedCall Of<TRequest, TResponse>(
        string name, string aim, Func<ListedNode, TRequest> request, Func<RuntimeService.RuntimeServiceClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> run)
        where TRequest : IMessage =>
        new(nameof(RuntimeService), name, aim, node => request(node), async node => await run(node.Client.Runtime, request(node), CriClient.Limited));

    private static ListedCall OfImages<TRequest, TResponse>(
        string name, string aim, Func<ListedNode, TRequest> request, Func<ImageService.ImageServiceClient, TRequest, CallOptions, AsyncUnaryCall<TResponse>> run)
        where TRequest : IMessage =>
        new(nameof(ImageService), name, aim, node => request(node), async node => await run(node.Client.Images, request(node), CriClient.Limited));
}
