using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

internal sealed partial class RuntimeService
{
    public override Task<ListMetricDescriptorsResponse> ListMetricDescriptors(ListMetricDescriptorsRequest request, ServerCallContext context) =>
        Task.FromResult(pods.ReadPodMetrics.Descriptors);

    public override async Task<ListPodSandboxMetricsResponse> ListPodSandboxMetrics(ListPodSandboxMetricsRequest request, ServerCallContext context)
    {
        var response = new ListPodSandboxMetricsResponse();
        await foreach (var metrics in pods.ReadPodMetrics.ListAsync(context.CancellationToken))
        {
            response.PodMetrics.Add(metrics);
        }

        return response;
    }

    public override Task StreamPodSandboxMetrics(
        StreamPodSandboxMetricsRequest request, IServerStreamWriter<StreamPodSandboxMetricsResponse> responseStream, ServerCallContext context) =>
        new StreamedList<PodSandboxMetrics, StreamPodSandboxMetricsResponse>(
            piece => new StreamPodSandboxMetricsResponse { PodSandboxMetrics = { piece } }, responseStream, context.CancellationToken)
            .SendAsync(pods.ReadPodMetrics.ListAsync(context.CancellationToken));
}
