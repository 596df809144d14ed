using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Networks;

/// <summary>
/// At start, behind the first callers' backs: 1 what earlier daemons owed the network is paid · 2 sandboxes that are not ready any more,
/// as all are after a reboot, give back network and pins without waiting for the kubelet · 3 plugins free what belongs to no sandbox.
/// </summary>
public sealed partial class TakeUpNetworks(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    StopPodSandbox stopPodSandbox,
    NetworkDebts debts,
    CollectNetworkGarbage collectGarbage,
    PodsOptions options,
    ILogger<TakeUpNetworks> logger) : IAsyncDisposable
{
    private const int ReleasesAtOnce = 4;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _ending = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Once all sandboxes and containers are found again. Returns at once.</summary>
    public void Start()
    {
        debts.TakeUp();
        _running = Task.Run(RunAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAny(_running, Task.Delay(EndLimit));
    }

    private async Task RunAsync()
    {
        var left = sandboxes.All.Where(IsLeft).ToArray();
        await Task.WhenAll(
            Parallel.ForEachAsync(left, new ParallelOptions { MaxDegreeOfParallelism = ReleasesAtOnce }, async (sandbox, _) => await ReleaseAsync(sandbox)),
            collectGarbage.RunAsync(_ending.Token));
    }

    private async Task ReleaseAsync(PodSandbox sandbox)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token);
            limit.CancelAfter(options.RollbackLimit);
            using var held = await sandboxes.LockAsync(sandbox.Id, limit.Token);
            if (IsLeft(sandbox))
            {
                await stopPodSandbox.ReleaseHeldAsync(sandbox, limit.Token);
                Released(logger, sandbox.Id);
            }
        }
        catch (Exception failure) when (!_ending.IsCancellationRequested)
        {
            NotReleased(logger, sandbox.Id, failure.Message);
        }
        catch (OperationCanceledException)
        {
            // The daemon ends.
        }
    }

    // A container that outlived its sandbox's readiness keeps its network until the kubelet stops the pod.
    private bool IsLeft(PodSandbox sandbox) =>
        sandbox.State is SandboxState.Stopped { NetworkReleased: false }
        && containers.Of(sandbox.Id).All(container => container.State is not (ContainerState.Running or ContainerState.Created));

    [LoggerMessage(80, LogLevel.Information, "Pod sandbox {Sandbox}, which is not ready any more, has given back its network and namespaces")]
    private static partial void Released(ILogger logger, PodSandboxId sandbox);

    [LoggerMessage(81, LogLevel.Warning, "Pod sandbox {Sandbox} is not ready any more but could not give back its network and namespaces; its stop tries again: {Words}")]
    private static partial void NotReleased(ILogger logger, PodSandboxId sandbox, string words);
}
