using CriSharp.Cri.V1;
using CriSharp.Daemon.Configuration;
using CriSharp.Daemon.Hosting;
using Grpc.Core;

namespace CriSharp.Daemon.Services;

/// <summary>The CRI's RuntimeService.</summary>
internal sealed class RuntimeService(DaemonOptions options) : Cri.V1.RuntimeService.RuntimeServiceBase
{
    public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => Task.FromResult(new VersionResponse
    {
        Version = "0.1.0",
        RuntimeName = DaemonVersion.Document.Name,
        RuntimeVersion = DaemonVersion.Document.Version,
        RuntimeApiVersion = "v1",
    });

    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        var response = new StatusResponse { Status = new RuntimeStatus() };
        response.Status.Conditions.Add(new RuntimeCondition { Type = "RuntimeReady", Status = true });
        response.Status.Conditions.Add(new RuntimeCondition { Type = "NetworkReady", Status = false, Reason = "NotThereYet", Message = "there is no network yet" });
        response.RuntimeHandlers.Add(options.Runtimes.Select(runtime => runtime.Name).Prepend("").Select(name => new RuntimeHandler { Name = name }));
        return Task.FromResult(response);
    }
}
