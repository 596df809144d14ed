using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using Google.Protobuf;
using Grpc.Core;
using Container = CriSharp.Pods.Containers.Container;

namespace CriSharp.Daemon.Services;

internal sealed partial class RuntimeService
{
    public override async Task<CreateContainerResponse> CreateContainer(CreateContainerRequest request, ServerCallContext context)
    {
        var config = request.Config ?? throw Missing("config");
        var id = await pods.CreateContainer.RunAsync(request.PodSandboxId, config, context.CancellationToken);
        return new CreateContainerResponse { ContainerId = id.ToString() };
    }

    public override async Task<StartContainerResponse> StartContainer(StartContainerRequest request, ServerCallContext context)
    {
        await pods.StartContainer.RunAsync(request.ContainerId, context.CancellationToken);
        return new StartContainerResponse();
    }

    public override async Task<StopContainerResponse> StopContainer(StopContainerRequest request, ServerCallContext context)
    {
        await pods.StopContainer.RunAsync(request.ContainerId, Seconds(request.Timeout), context.CancellationToken);
        return new StopContainerResponse();
    }

    public override async Task<RemoveContainerResponse> RemoveContainer(RemoveContainerRequest request, ServerCallContext context)
    {
        await pods.RemoveContainer.RunAsync(request.ContainerId, context.CancellationToken);
        return new RemoveContainerResponse();
    }

    public override Task<ContainerStatusResponse> ContainerStatus(ContainerStatusRequest request, ServerCallContext context)
    {
        var container = pods.Containers.Get(request.ContainerId);
        var response = new ContainerStatusResponse { Status = Describe(container) };
        if (request.Verbose)
        {
            response.Info.Add("info", VerboseText.Of(container, folders));
        }

        return Task.FromResult(response);
    }

    public override Task<ListContainersResponse> ListContainers(ListContainersRequest request, ServerCallContext context) =>
        Task.FromResult(pods.ListContainers.Answer(request.Filter));

    public override async Task<ReopenContainerLogResponse> ReopenContainerLog(ReopenContainerLogRequest request, ServerCallContext context)
    {
        await pods.ReopenContainerLog.RunAsync(request.ContainerId, context.CancellationToken);
        return new ReopenContainerLogResponse();
    }

    public override async Task<UpdateContainerResourcesResponse> UpdateContainerResources(UpdateContainerResourcesRequest request, ServerCallContext context)
    {
        if (request is { Linux: null, Windows: not null })
        {
            throw new RuntimeException(ErrorKind.InvalidArgument, "the request has resources for Windows only");
        }

        await pods.UpdateContainerResources.RunAsync(request.ContainerId, request.Linux, context.CancellationToken);
        return new UpdateContainerResourcesResponse();
    }

    public override async Task<ExecSyncResponse> ExecSync(ExecSyncRequest request, ServerCallContext context)
    {
        var result = await pods.ExecSync.RunAsync(request.ContainerId, request.Cmd, Seconds(request.Timeout), context.CancellationToken);
        return new ExecSyncResponse
        {
            ExitCode = result.ExitCode,
            Stdout = UnsafeByteOperations.UnsafeWrap(result.StandardOutput),
            Stderr = UnsafeByteOperations.UnsafeWrap(result.StandardError),
        };
    }

    private ContainerStatus Describe(Container container) => DescribeContainer.ForStatus(container, pods.ImageNames.Of(container));

    /// <summary>Negative counts as none; what no clock can hold counts as for ever.</summary>
    private static TimeSpan Seconds(long seconds) => TimeSpan.FromSeconds(Math.Clamp(seconds, 0, (long)TimeSpan.FromDays(3650).TotalSeconds));
}
