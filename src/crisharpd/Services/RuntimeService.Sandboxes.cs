using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

internal sealed partial class RuntimeService
{
    public override async Task<RunPodSandboxResponse> RunPodSandbox(RunPodSandboxRequest request, ServerCallContext context)
    {
        var config = request.Config ?? throw Missing("config");
        var id = await pods.RunPodSandbox.RunAsync(config, request.RuntimeHandler, context.CancellationToken);
        return new RunPodSandboxResponse { PodSandboxId = id.ToString() };
    }

    public override async Task<StopPodSandboxResponse> StopPodSandbox(StopPodSandboxRequest request, ServerCallContext context)
    {
        await pods.StopPodSandbox.RunAsync(request.PodSandboxId, context.CancellationToken);
        return new StopPodSandboxResponse();
    }

    public override async Task<RemovePodSandboxResponse> RemovePodSandbox(RemovePodSandboxRequest request, ServerCallContext context)
    {
        await pods.RemovePodSandbox.RunAsync(request.PodSandboxId, context.CancellationToken);
        return new RemovePodSandboxResponse();
    }

    public override Task<PodSandboxStatusResponse> PodSandboxStatus(PodSandboxStatusRequest request, ServerCallContext context)
    {
        var sandbox = pods.FindPodSandbox.Run(request.PodSandboxId);

        // The time goes first: what happens meanwhile is then newer than this answer, and not taken for older.
        var response = new PodSandboxStatusResponse { Timestamp = UnixNanoseconds(), Status = DescribePodSandbox.ForStatus(sandbox) };
        response.ContainersStatuses.Add(pods.Containers.NewestFirst(sandbox.Id).Select(Describe));
        if (request.Verbose)
        {
            response.Info.Add("info", VerboseText.Of(sandbox, folders));
        }

        return Task.FromResult(response);
    }

    public override async Task<UpdatePodSandboxResourcesResponse> UpdatePodSandboxResources(UpdatePodSandboxResourcesRequest request, ServerCallContext context)
    {
        await pods.UpdatePodSandboxResources.RunAsync(request.PodSandboxId, request.Overhead, request.Resources, context.CancellationToken);
        return new UpdatePodSandboxResourcesResponse();
    }

    public override Task<ListPodSandboxResponse> ListPodSandbox(ListPodSandboxRequest request, ServerCallContext context) =>
        Task.FromResult(pods.ListPodSandboxes.Answer(request.Filter));
}
