using CriSharp.Oci;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Kills a container if it still runs and removes all that is left of it, but for its log, which is the kubelet's. Idempotent.</summary>
public sealed partial class RemoveContainer(
    ContainerStore containers,
    StopContainer stopContainer,
    ContainerParts parts,
    Operations operations,
    ILogger<RemoveContainer> logger)
{
    /// <param name="id">An unknown one is removed already.</param>
    public async Task RunAsync(string id, CancellationToken cancellationToken)
    {
        if (containers.TryFind(id, out var container))
        {
            await RunAsync(container, cancellationToken);
        }
    }

    internal async Task RunAsync(Container container, CancellationToken cancellationToken)
    {
        using var operation = operations.Begin(nameof(RemoveContainer), container.Id.ToString(), container.Record.Key.ToString());
        Operation.At("wait for other verbs");
        using var held = await containers.LockAsync(container.Id, cancellationToken);
        if (!containers.TryFind(container.Id.ToString(), out _))
        {
            return;
        }

        Operation.At("stop");
        await stopContainer.RunAsync(container, TimeSpan.Zero, cancellationToken);
        await RemovePartsAsync(container);
        Operation.At("record");
        containers.Forget(container.Record);
        Removed(logger, container.Id);
    }

    private async Task RemovePartsAsync(Container container)
    {
        Operation.At("end of the runtime's own state");
        if (await container.LetGo)
        {
            await parts.RemoveEndedAsync(container.Id, container.Processes, CancellationToken.None);
            return;
        }

        await parts.RemoveAsync(container.Id, container.Record.RuntimeHandler, container.Processes, CancellationToken.None);
    }

    [LoggerMessage(130, LogLevel.Information, "Container {Container} is removed")]
    private static partial void Removed(ILogger logger, ContainerId container);
}
