using CriSharp.Cri.V1;
using CriSharp.TestSupport.Daemons;

namespace CriSharp.IntegrationTests.Machine;

/// <summary>A sandbox and what it was made of.</summary>
/// <param name="CurrentClient">The daemon may be started again meanwhile.</param>
public sealed record RunningPod(Func<CriClient> CurrentClient, string Id, PodSandboxConfig Config)
{
    private CriClient Client => CurrentClient();

    public Task<string> CreateAsync(ContainerConfig config) => Client.CreateAsync(Id, config, Config);

    public async Task<string> StartAsync(ContainerConfig config)
    {
        var container = await CreateAsync(config);
        await Client.StartAsync(container);
        return container;
    }

    /// <summary>Runs a container to its end.</summary>
    public async Task<(ContainerStatus Status, string Output)> RunToEndAsync(ContainerConfig config)
    {
        var container = await StartAsync(config);
        var status = await Client.WaitForExitAsync(container);
        return (status, LogText(status));
    }

    /// <summary>What the container said on both streams, without times and stream names.</summary>
    public static string LogText(ContainerStatus status) => string.Concat(LogLines(status).Select(line => line.Text + (line.IsPartial ? "" : "\n")));

    public static IReadOnlyList<(string Stream, bool IsPartial, string Text)> LogLines(ContainerStatus status) =>
        [.. File.ReadAllLines(status.LogPath).Select(line => line.Split(' ', 4)).Select(parts => (parts[1], parts[2] == "P", parts[3]))];

    /// <summary>Stops the pod and removes it.</summary>
    public async Task EndAsync()
    {
        await Client.StopPodAsync(Id);
        await Client.RemovePodAsync(Id);
    }
}
