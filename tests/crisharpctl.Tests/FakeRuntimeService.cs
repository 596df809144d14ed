using System.Collections.Concurrent;
using System.Globalization;
using CriSharp.Cri.V1;
using Grpc.Core;

namespace CriSharp.Ctl.Tests;

/// <summary>Pods and containers that are only words. A container that is started has ended, its log says what it was asked to run.</summary>
internal sealed class FakeRuntimeService : RuntimeService.RuntimeServiceBase
{
    private int _ids;

    public ConcurrentDictionary<string, PodSandbox> Pods { get; } = new();

    public ConcurrentDictionary<string, (Container Container, ContainerConfig Config, string LogPath)> Containers { get; } = new();

    /// <summary>"VERB ID" in the order of the calls.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public RunPodSandboxRequest? LastSandbox { get; private set; }

    public ContainerConfig? LastContainer { get; private set; }

    /// <summary>What containers end with.</summary>
    public int ExitCode { get; set; }

    public RpcException? StartFailure { get; set; }

    /// <summary>Null: none.</summary>
    public Func<RpcException?> StatusFailure { get; set; } = () => null;

    public RpcException? StopPodFailure { get; set; }

    /// <summary>Where the streaming server is.</summary>
    public string StreamingUrl { get; set; } = "";

    public override Task<VersionResponse> Version(VersionRequest request, ServerCallContext context) => Task.FromResult(new VersionResponse
    {
        Version = "0.1.0",
        RuntimeName = "fake",
        RuntimeVersion = "7.8",
        RuntimeApiVersion = "v1",
    });

    public override Task<RunPodSandboxResponse> RunPodSandbox(RunPodSandboxRequest request, ServerCallContext context)
    {
        LastSandbox = request;
        var id = NewId("aa");
        Pods[id] = new PodSandbox
        {
            Id = id,
            Metadata = request.Config.Metadata,
            State = PodSandboxState.SandboxReady,
            CreatedAt = 1_700_000_000_000_000_000,
            Annotations = { request.Config.Annotations },
        };
        return Task.FromResult(new RunPodSandboxResponse { PodSandboxId = id });
    }

    public override Task<CreateContainerResponse> CreateContainer(CreateContainerRequest request, ServerCallContext context)
    {
        LastContainer = request.Config;
        var id = NewId("cc");
        var container = new Container
        {
            Id = id,
            PodSandboxId = request.PodSandboxId,
            Metadata = request.Config.Metadata,
            Image = request.Config.Image,
            CreatedAt = 1_700_000_000_000_000_000,
        };
        Containers[id] = (container, request.Config, Path.Combine(request.SandboxConfig.LogDirectory, request.Config.LogPath));
        return Task.FromResult(new CreateContainerResponse { ContainerId = id });
    }

    public override async Task<StartContainerResponse> StartContainer(StartContainerRequest request, ServerCallContext context)
    {
        if (StartFailure is not null)
        {
            throw StartFailure;
        }

        var (container, config, logPath) = Containers[request.ContainerId];
        var said = string.Join(' ', config.Args);
        await File.WriteAllTextAsync(
            logPath,
            $"2026-01-02T03:04:05.123456789Z stdout P {said}\n2026-01-02T03:04:05.123456789Z stdout F !\n2026-01-02T03:04:06Z stderr F to stderr\n",
            context.CancellationToken);
        container.State = ContainerState.ContainerExited;
        return new StartContainerResponse();
    }

    public override Task<ContainerStatusResponse> ContainerStatus(ContainerStatusRequest request, ServerCallContext context)
    {
        if (StatusFailure() is { } failure)
        {
            throw failure;
        }

        var (container, _, logPath) = Containers[request.ContainerId];
        var status = new ContainerStatus { Id = container.Id, Metadata = container.Metadata, State = container.State, LogPath = logPath, ExitCode = ExitCode };
        return Task.FromResult(new ContainerStatusResponse { Status = status });
    }

    public override Task<ListPodSandboxResponse> ListPodSandbox(ListPodSandboxRequest request, ServerCallContext context) =>
        Task.FromResult(new ListPodSandboxResponse { Items = { Pods.Values } });

    public override Task<ListContainersResponse> ListContainers(ListContainersRequest request, ServerCallContext context) =>
        Task.FromResult(new ListContainersResponse
        {
            Containers = { Containers.Values.Select(one => one.Container).Where(one => request.Filter?.State is null || request.Filter.State.State == one.State) },
        });

    public override Task<StopContainerResponse> StopContainer(StopContainerRequest request, ServerCallContext context)
    {
        Calls.Enqueue(string.Create(CultureInfo.InvariantCulture, $"stop {request.ContainerId} {request.Timeout}"));
        Containers[request.ContainerId].Container.State = ContainerState.ContainerExited;
        return Task.FromResult(new StopContainerResponse());
    }

    public override Task<PodSandboxStatusResponse> PodSandboxStatus(PodSandboxStatusRequest request, ServerCallContext context) =>
        Task.FromResult(new PodSandboxStatusResponse { Status = new PodSandboxStatus { Id = request.PodSandboxId, Metadata = Pods[request.PodSandboxId].Metadata } });

    public override Task<StopPodSandboxResponse> StopPodSandbox(StopPodSandboxRequest request, ServerCallContext context)
    {
        Calls.Enqueue($"stopp {request.PodSandboxId}");
        if (StopPodFailure is not null)
        {
            throw StopPodFailure;
        }

        return Task.FromResult(new StopPodSandboxResponse());
    }

    public override Task<RemovePodSandboxResponse> RemovePodSandbox(RemovePodSandboxRequest request, ServerCallContext context)
    {
        Calls.Enqueue($"rmp {request.PodSandboxId}");
        Pods.TryRemove(request.PodSandboxId, out _);
        return Task.FromResult(new RemovePodSandboxResponse());
    }

    public override Task<ExecSyncResponse> ExecSync(ExecSyncRequest request, ServerCallContext context) => Task.FromResult(new ExecSyncResponse
    {
        Stdout = Google.Protobuf.ByteString.CopyFromUtf8(string.Join('|', request.Cmd)),
        Stderr = Google.Protobuf.ByteString.CopyFromUtf8("complaint"),
        ExitCode = 42,
    });

    public override Task<AttachResponse> Attach(AttachRequest request, ServerCallContext context) => Task.FromResult(new AttachResponse { Url = StreamingUrl });

    /// <summary>A container that runs, in a pod of its own.</summary>
    public (string PodId, string ContainerId) AddRunning(string podId, string containerId, string name)
    {
        Pods[podId] = new PodSandbox { Id = podId, Metadata = new PodSandboxMetadata { Name = name, Namespace = "default" } };
        var container = new Container
        {
            Id = containerId,
            PodSandboxId = podId,
            Metadata = new ContainerMetadata { Name = name },
            State = ContainerState.ContainerRunning,
            Image = new ImageSpec { Image = "example/image:1" },
        };
        Containers[containerId] = (container, new ContainerConfig(), "");
        return (podId, containerId);
    }

    private string NewId(string prefix) => prefix + Interlocked.Increment(ref _ids).ToString("x62", CultureInfo.InvariantCulture);
}
