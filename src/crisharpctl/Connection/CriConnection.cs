using CriSharp.Cri.V1;
using CriSharp.Grpc;
using CriSharp.Primitives;
using Grpc.Core;
using Grpc.Net.Client;

namespace CriSharp.Ctl.Connection;

/// <summary>The two services of a runtime over one socket, with a time limit for each call.</summary>
internal sealed class CriConnection : IDisposable
{
    private readonly GrpcChannel _channel;
    private readonly TimeSpan _callLimit;

    /// <exception cref="RuntimeException">Unavailable: no socket lies there.</exception>
    public CriConnection(Endpoint endpoint, TimeSpan callLimit)
    {
        if (!File.Exists(endpoint.SocketPath))
        {
            throw new RuntimeException(
                ErrorKind.Unavailable,
                $"there is no socket {endpoint.SocketPath}: is the runtime running? --endpoint or ${Endpoint.EnvironmentVariableName} name another one");
        }

        Endpoint = endpoint;
        _callLimit = callLimit;
        _channel = UnixSocketChannel.Create(endpoint.SocketPath);
        Runtime = new RuntimeService.RuntimeServiceClient(_channel);
        Images = new ImageService.ImageServiceClient(_channel);
    }

    public Endpoint Endpoint { get; }

    public RuntimeService.RuntimeServiceClient Runtime { get; }

    public ImageService.ImageServiceClient Images { get; }

    /// <summary>Options of one call.</summary>
    /// <param name="extra">On top of the usual limit, for a call that waits for something itself.</param>
    public CallOptions Within(CancellationToken cancellationToken, TimeSpan extra = default) =>
        new(deadline: DateTime.UtcNow + _callLimit + extra, cancellationToken: cancellationToken);

    /// <summary>Options of a call that takes as long as it takes.</summary>
    public static CallOptions Unlimited(CancellationToken cancellationToken) => new(cancellationToken: cancellationToken);

    public async Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellationToken) =>
        (await Runtime.ListContainersAsync(new ListContainersRequest(), Within(cancellationToken))).Containers;

    public async Task<IReadOnlyList<PodSandbox>> ListPodsAsync(CancellationToken cancellationToken) =>
        (await Runtime.ListPodSandboxAsync(new ListPodSandboxRequest(), Within(cancellationToken))).Items;

    public async Task<ContainerStatus> ContainerStatusAsync(string id, CancellationToken cancellationToken) =>
        (await Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id }, Within(cancellationToken))).Status;

    /// <summary>Stops a container's processes: its stop signal, then SIGKILL after the grace period.</summary>
    public async Task StopContainerAsync(string id, TimeSpan grace, CancellationToken cancellationToken) => await Runtime.StopContainerAsync(
        new StopContainerRequest { ContainerId = id, Timeout = (long)grace.TotalSeconds },
        Within(cancellationToken, grace));

    public async Task StopPodAsync(string id, CancellationToken cancellationToken) =>
        await Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = id }, Within(cancellationToken));

    public async Task RemovePodAsync(string id, CancellationToken cancellationToken) =>
        await Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = id }, Within(cancellationToken));

    public void Dispose() => _channel.Dispose();
}
