using CriSharp.Oci;
using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Kills a container if it still runs and removes all that is left of it, but for its log, which is the kubelet's. Idempotent.</summary>
public sealed partial class RemoveContainer(
    ContainerStore containers,
    StopContainer stopContainer,
    ContainerCgroups cgroups,
    ContainerParts parts,
    Operations operations,
    PodsOptions options,
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

        // Before the lock: a start that hangs holds it, and goes on no longer than its container lives.
        Operation.At("stop");
        await stopContainer.RunAsync(container, TimeSpan.Zero, cancellationToken);
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
        // A failed start may have left its process, whose end would be waited for.
        Operation.At("end of what is left in the cgroup");
        await cgroups.KillAsync(container.Id, CancellationToken.None);
        Operation.At("end of the runtime's own state");
        if (await IsLetGoAsync(container))
        {
            await parts.RemoveEndedAsync(container.Id, container.Processes, CancellationToken.None);
            return;
        }

        await parts.RemoveAsync(container.Record, container.Processes, CancellationToken.None);
    }

    private async Task<bool> IsLetGoAsync(Container container)
    {
        try
        {
            return await container.LetGo.WaitAsync(options.LetGoLimit, options.Time);
        }
        catch (TimeoutException)
        {
            NotLetGo(logger, container.Id, options.LetGoLimit.TotalSeconds);
            return false;
        }
    }

    [LoggerMessage(131, LogLevel.Warning, "The end of container {Container} was not settled within {Seconds} s: it is taken apart all the same")]
    private static partial void NotLetGo(ILogger logger, ContainerId container, double seconds);

    [LoggerMessage(130, LogLevel.Information, "Container {Container} is removed")]
    private static partial void Removed(ILogger logger, ContainerId container);
}
