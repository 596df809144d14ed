using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Grpc.Core;
using ContainerMessage = CriSharp.Cri.V1.Container;
using PodSandboxMessage = CriSharp.Cri.V1.PodSandbox;

namespace CriSharp.Daemon.Services;

/// <summary>The lists in pieces, for nodes whose lists are longer than a message may be.</summary>
internal sealed partial class RuntimeService
{
    public override Task StreamPodSandboxes(
        StreamPodSandboxesRequest request, IServerStreamWriter<StreamPodSandboxesResponse> responseStream, ServerCallContext context) =>
        new StreamedList<PodSandboxMessage, StreamPodSandboxesResponse>(
            piece => new StreamPodSandboxesResponse { PodSandboxes = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(pods.ListPodSandboxes.Run(request.Filter).Select(DescribePodSandbox.ForList));

    public override Task StreamContainers(
        StreamContainersRequest request, IServerStreamWriter<StreamContainersResponse> responseStream, ServerCallContext context) =>
        new StreamedList<ContainerMessage, StreamContainersResponse>(
            piece => new StreamContainersResponse { Containers = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(pods.ListContainers.Run(request.Filter).Select(DescribeContainer.ForList));

    public override Task StreamContainerStats(
        StreamContainerStatsRequest request, IServerStreamWriter<StreamContainerStatsResponse> responseStream, ServerCallContext context) =>
        new StreamedList<ContainerStats, StreamContainerStatsResponse>(
            piece => new StreamContainerStatsResponse { ContainerStats = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(pods.ReadContainerStats.List(request.Filter));

    public override Task StreamPodSandboxStats(
        StreamPodSandboxStatsRequest request, IServerStreamWriter<StreamPodSandboxStatsResponse> responseStream, ServerCallContext context) =>
        new StreamedList<PodSandboxStats, StreamPodSandboxStatsResponse>(
            piece => new StreamPodSandboxStatsResponse { PodSandboxStats = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(pods.ReadPodStats.ListAsync(request.Filter, context.CancellationToken));
}
