using System.Text.Json;
using CriSharp.Cri.V1;
using CriSharp.Linux.Cgroups;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.Benchmarks;

/// <summary>One runtime that is measured; disposing removes the pods that were made here.</summary>
internal sealed class Target : IAsyncDisposable
{
    private static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(10);

    private readonly CgroupPath _cgroup = CgroupPath.Parse($"/bench-{Guid.NewGuid():N}");
    private readonly string _image;
    private readonly string _logs;
    private readonly List<string> _pods = [];

    private Target(string name, string socket, CriClient client, string image, string logs) => (Name, Socket, Client, _image, _logs) = (name, socket, client, image, logs);

    public string Name { get; }

    /// <summary>Its path.</summary>
    public string Socket { get; }

    public CriClient Client { get; }

    public static async Task<Target> OpenAsync(string endpoint, string image, string logs)
    {
        var parts = endpoint.Split('=', 2);
        if (parts.Length != 2)
        {
            throw new ArgumentException($"'{endpoint}' is not NAME=SOCKET");
        }

        var socket = parts[1].Replace("unix://", "", StringComparison.Ordinal);
        var client = new CriClient(socket);
        return new Target(parts[0], socket, client, await client.PullAsync(image), logs);
    }

    /// <summary>RunPodSandbox, CreateContainer and StartContainer; the times of all three, then of each.</summary>
    public async Task<(BenchPod Pod, TimeSpan[] Steps)> StartPodAsync(ContainerConfig? container = null)
    {
        var config = PodConfigs.Pod(_cgroup.ToString(), _logs);
        container ??= Sleeper();
        // containerd wants the folder of the log to be there.
        Directory.CreateDirectory(Path.Combine(config.LogDirectory, "main"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var pod = await Client.RunPodAsync(config);
        _pods.Add(pod);
        var sandbox = clock.Elapsed;
        var id = await Client.CreateAsync(pod, container, config);
        var created = clock.Elapsed;
        await Client.StartAsync(id);
        return (new BenchPod(this, pod, id), [clock.Elapsed, sandbox, created - sandbox, clock.Elapsed - created]);
    }

    public ContainerConfig Sleeper() => PodConfigs.Sleeper(_image);

    public ContainerConfig Container(params string[] command) => PodConfigs.Container(_image, command);

    public async Task RemoveAsync(string pod)
    {
        await Client.StopPodAsync(pod);
        await Client.RemovePodAsync(pod);
        _pods.Remove(pod);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in _pods.ToList())
        {
            await RemoveAsync(pod);
        }

        Client.Dispose();
        await CgroupHierarchies.Detect().RemoveAsync(_cgroup, CleanupLimit, CancellationToken.None);
    }

    /// <summary>The host's pid of a container's first process, as the runtimes tell it to inspect tools.</summary>
    public async Task<int> InitPidAsync(string container)
    {
        var answer = await Client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = container, Verbose = true }, CriClient.Limited);
        using var info = JsonDocument.Parse(answer.Info["info"]);
        return info.RootElement.GetProperty("pid").GetInt32();
    }
}

/// <summary>A pod with one container, made for a measurement.</summary>
internal sealed record BenchPod(Target Target, string PodId, string ContainerId) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Target.RemoveAsync(PodId);
}
