using CriSharp.Primitives;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Containers;

/// <summary>Puts back the limits of a container whose update failed half-way, or was under way when an earlier daemon ended.</summary>
public sealed partial class UndoUpdate(ContainerStore containers, RuntimeHandlers handlers, ILogger<UndoUpdate> logger)
{
    /// <summary>Does nothing where no update is open. The caller holds the container's lock, or is alone.</summary>
    /// <exception cref="RuntimeException">The OCI runtime did not do it: it stays to be done.</exception>
    internal async Task RunAsync(Container container)
    {
        if (container.Limits.Undo is not { } undo)
        {
            return;
        }

        // What has ended has no limits that could differ from what is told.
        if (container.State is ContainerState.Created or ContainerState.Running)
        {
            Operation.At("undo of an earlier update");
            await handlers.Of(container.Record.RuntimeHandler, container.Record.Runtime).UpdateAsync(container.Id, undo, CancellationToken.None);
        }

        containers.Limit(container, new ContainerLimits(container.Limits.InForce));
        Undone(logger, container.Id);
    }

    /// <returns>Null, or why it stays to be done.</returns>
    internal async Task<string?> TryRunAsync(Container container)
    {
        try
        {
            await RunAsync(container);
            return null;
        }
        catch (Exception failure) when (failure is RuntimeException or IOException)
        {
            if (container.State is not (ContainerState.Created or ContainerState.Running))
            {
                return null;
            }

            NotUndone(logger, container.Id, failure);
            return failure.Message;
        }
    }

    [LoggerMessage(165, LogLevel.Information, "Container {Container} has its earlier limits again: an update of them did not come to its end")]
    private static partial void Undone(ILogger logger, Oci.ContainerId container);

    [LoggerMessage(166, LogLevel.Error, "The limits of container {Container} are in doubt: an update did not come to its end, and could not be undone")]
    private static partial void NotUndone(ILogger logger, Oci.ContainerId container, Exception failure);
}
