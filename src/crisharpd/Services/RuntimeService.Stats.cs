using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

internal sealed partial class RuntimeService
{
    public override Task<ContainerStatsResponse> ContainerStats(ContainerStatsRequest request, ServerCallContext context) =>
        Task.FromResult(new ContainerStatsResponse { Stats = pods.ReadContainerStats.Of(request.ContainerId) });

    public override Task<ListContainerStatsResponse> ListContainerStats(ListContainerStatsRequest request, ServerCallContext context)
    {
        var response = new ListContainerStatsResponse();
        response.Stats.Add(pods.ReadContainerStats.List(request.Filter));
        return Task.FromResult(response);
    }

    public override async Task<PodSandboxStatsResponse> PodSandboxStats(PodSandboxStatsRequest request, ServerCallContext context) =>
        new() { Stats = await pods.ReadPodStats.OfAsync(request.PodSandboxId) };

    public override async Task<ListPodSandboxStatsResponse> ListPodSandboxStats(ListPodSandboxStatsRequest request, ServerCallContext context)
    {
        var response = new ListPodSandboxStatsResponse();
        await foreach (var stats in pods.ReadPodStats.ListAsync(request.Filter, context.CancellationToken))
        {
            response.Stats.Add(stats);
        }

        return response;
    }
}
