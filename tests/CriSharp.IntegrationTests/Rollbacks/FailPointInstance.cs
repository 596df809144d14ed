using System.Net.Sockets;
using System.Text.Json;
using CriSharp.Admin;
using CriSharp.Cri.V1;
using CriSharp.IntegrationTests.Machine;
using CriSharp.TestSupport.Daemons;
using CriSharp.TestSupport.Registries;

namespace CriSharp.IntegrationTests.Rollbacks;

/// <summary>A daemon with fail points, a registry, and an image that is here.</summary>
public sealed class FailPointInstance : IAsyncLifetime
{
    private LocalRegistry _registry = null!;

    public DaemonInstance Daemon { get; private set; } = null!;

    public string ImageName { get; private set; } = "";

    public string ImageId { get; private set; } = "";

    public async Task InitializeAsync()
    {
        _registry = await LocalRegistry.StartAsync();
        ImageName = await _registry.PushBusyboxAsync();
        Daemon = await DaemonInstance.StartWithFailPointsAsync("--insecure-registry", _registry.Host);
        ImageId = await Daemon.Client.PullAsync(ImageName);

        // The first pod makes what stays for good: the bridge, the address plugin's own files, folders of the daemon.
        var pod = await RunPodAsync();
        await pod.StartAsync(PodConfigs.Sleeper(ImageId));
        await pod.EndAsync();
    }

    public async Task DisposeAsync()
    {
        await Daemon.DisposeAsync();
        await _registry.DisposeAsync();
    }

    /// <summary>A pod that has all that a pod can have: also a first process of its own.</summary>
    public PodSandboxConfig NewPod()
    {
        var config = PodConfigs.Pod(Daemon.CgroupParent, Daemon.PodLogs);
        config.Linux.SecurityContext.NamespaceOptions.Pid = NamespaceMode.Pod;
        return config;
    }

    public async Task<RunningPod> RunPodAsync()
    {
        var config = NewPod();
        return new RunningPod(() => Daemon.Client, await Daemon.Client.RunPodAsync(config), config);
    }

    /// <summary>What the daemon says it is doing.</summary>
    public async Task<IReadOnlyList<OperationDocument>> OperationsAsync()
    {
        using var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(AdminAddress.Beside(Daemon.Socket)), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        var answer = await http.GetByteArrayAsync("http://admin" + AdminAddress.OperationsPath);
        return JsonSerializer.Deserialize(answer, AdminJson.Default.OperationsDocument)!.Operations;
    }
}
