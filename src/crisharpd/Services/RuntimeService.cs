using CriSharp.Cni;
using CriSharp.Cri.V1;
using CriSharp.Daemon.Hosting;
using CriSharp.Pods.Host;
using CriSharp.Pods.Persistence;
using CriSharp.Primitives;
using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace CriSharp.Daemon.Services;

/// <summary>
/// The CRI's RuntimeService: thin, a call to the verb that does it. What is not overridden here answers UNIMPLEMENTED;
/// the README lists it.
/// </summary>
internal sealed partial class RuntimeService(
    PodVerbs pods, NodeFacts node, StartGate gate, StreamingDoor streaming, InstanceFolders folders, TimeProvider time, IHostApplicationLifetime lifetime) : Cri.V1.RuntimeService.RuntimeServiceBase
{
    /// <summary>The version of the kubelet's side of the protocol, fixed since Kubernetes 1.3.</summary>
    private const string KubeletApiVersion = "0.1.0";

    public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => Task.FromResult(new VersionResponse
    {
        Version = KubeletApiVersion,
        RuntimeName = "crisharp",
        RuntimeVersion = node.Version,
        RuntimeApiVersion = "v1",
    });

    /// <summary>Asked every five seconds: answered from memory, but for a look at the network's configuration.</summary>
    public override async Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        var response = new StatusResponse { Status = new RuntimeStatus(), Features = new RuntimeFeatures { SupplementalGroupsPolicy = true, MountOptions = true } };
        response.Status.Conditions.Add(Readiness());
        response.Status.Conditions.Add(Describe(await node.NetworkAsync(context.CancellationToken)));
        response.RuntimeHandlers.Add(node.Handlers.Select(Describe));
        if (request.Verbose)
        {
            response.Info.Add("config", node.ConfigText());
            response.Info.Add("disk", node.DiskText());
            response.Info.Add("runtimes", node.RuntimesText());
        }

        return response;
    }

    /// <summary>The kubelet takes its cgroup driver from here.</summary>
    public override Task<RuntimeConfigResponse> RuntimeConfig(RuntimeConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new RuntimeConfigResponse { Linux = new LinuxRuntimeConfiguration { CgroupDriver = node.CgroupDriver } });

    /// <summary>The pod CIDR is the CNI plugins' business here.</summary>
    public override Task<UpdateRuntimeConfigResponse> UpdateRuntimeConfig(UpdateRuntimeConfigRequest request, ServerCallContext context) =>
        Task.FromResult(new UpdateRuntimeConfigResponse());

    private RuntimeCondition Readiness() => gate.IsOpen
        ? new RuntimeCondition { Type = "RuntimeReady", Status = node.Root.IsWritable, Reason = node.Root.Reason, Message = node.Root.Words }
        : new RuntimeCondition { Type = "RuntimeReady", Status = false, Reason = "RuntimeStarts", Message = "crisharpd is finding again what an earlier one left" };

    private static RuntimeCondition Describe(NetworkStatus network) =>
        new() { Type = "NetworkReady", Status = network.IsReady, Reason = network.Reason, Message = network.Message };

    private static RuntimeHandler Describe(HandlerFacts handler) => new()
    {
        Name = handler.Name,
        Features = new RuntimeHandlerFeatures
        {
            RecursiveReadOnlyMounts = handler.RecursiveReadOnlyMounts,
            UserNamespaces = handler.UserNamespaces,
        },
    };

    private long UnixNanoseconds() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static RuntimeException Missing(string field) => new(ErrorKind.InvalidArgument, $"the request has no {field}");
}
