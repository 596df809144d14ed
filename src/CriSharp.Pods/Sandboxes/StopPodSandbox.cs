using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Ends a pod: its containers are killed, its state says so, its network and namespaces are given back. Idempotent. A network plugin that
/// fails or hangs does not keep it from ending: the address is owed then, and given back later.
/// </summary>
public sealed partial class StopPodSandbox(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    StopContainer stopContainer,
    SandboxParts parts,
    Operations operations,
    PodsOptions options,
    ILogger<StopPodSandbox> logger)
{
    /// <param name="id">An unknown one is stopped already.</param>
    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        if (!sandboxes.TryFind(id, out var sandbox))
        {
            return;
        }

        using var operation = operations.Begin(nameof(StopPodSandbox), sandbox.Id.ToString(), sandbox.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await sandboxes.LockAsync(sandbox.Id, cancellationToken);
        await StopHeldAsync(sandbox, cancellationToken);
    }

    /// <summary>For callers that hold the sandbox's lock.</summary>
    internal async Task StopHeldAsync(PodSandbox sandbox, CancellationToken cancellationToken)
    {
        Operation.At("containers");
        await Task.WhenAll(containers.Of(sandbox.Id).Select(container => stopContainer.RunAsync(container, TimeSpan.Zero, cancellationToken)));
        if (sandbox.State is SandboxState.Ready ready)
        {
            Operation.At("state");
            sandboxes.Change(sandbox, ready.Stop(options.Time.GetUtcNow()));
            Stopped(logger, sandbox.Id);
        }

        await ReleaseHeldAsync(sandbox, cancellationToken);
        Operation.At("wait for the network's plugins");
        await parts.WaitForNetworkAsync(sandbox.Record, cancellationToken);
    }

    /// <summary>For callers that hold the sandbox's lock: a stopped sandbox gives back what it has. The network's plugins aren't waited for.</summary>
    internal async Task ReleaseHeldAsync(PodSandbox sandbox, CancellationToken cancellationToken)
    {
        if (sandbox.State is SandboxState.Stopped { NetworkReleased: false } stopped)
        {
            await parts.ReleaseAsync(sandbox.Record, cancellationToken);
            Operation.At("released");
            sandboxes.Change(sandbox, stopped.Release());
        }
    }

    [LoggerMessage(10, LogLevel.Information, "Pod sandbox {Sandbox} is stopped")]
    private static partial void Stopped(ILogger logger, PodSandboxId sandbox);
}
