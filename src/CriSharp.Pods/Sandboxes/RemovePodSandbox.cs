using CriSharp.Pods.Containers;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Sandboxes;

/// <summary>Stops a pod if it still runs, removes its containers and all that is left of it. Idempotent.</summary>
public sealed partial class RemovePodSandbox(
    PodSandboxStore sandboxes,
    ContainerStore containers,
    StopPodSandbox stopPodSandbox,
    RemoveContainer removeContainer,
    SandboxParts parts,
    Operations operations,
    ILogger<RemovePodSandbox> logger)
{
    /// <param name="id">An unknown one is removed already.</param>
    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        if (!sandboxes.TryFind(id, out var sandbox))
        {
            return;
        }

        using var operation = operations.Begin(nameof(RemovePodSandbox), sandbox.Id.ToString(), sandbox.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await sandboxes.LockAsync(sandbox.Id, cancellationToken);
        if (!sandboxes.TryFind(sandbox.Id.ToString(), out _))
        {
            return;
        }

        await stopPodSandbox.StopHeldAsync(sandbox, cancellationToken);
        Operation.At("removal of containers");
        foreach (var container in containers.Of(sandbox.Id))
        {
            await removeContainer.RunAsync(container, cancellationToken);
        }

        parts.RemoveRest(sandbox.Record);
        Operation.At("record");
        sandboxes.Forget(sandbox.Record);
        Removed(logger, sandbox.Id);
    }

    [LoggerMessage(20, LogLevel.Information, "Pod sandbox {Sandbox} is removed")]
    private static partial void Removed(ILogger logger, PodSandboxId sandbox);
}
