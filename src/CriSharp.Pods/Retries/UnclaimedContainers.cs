using CriSharp.Oci;
using CriSharp.Pods.Containers;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Retries;

/// <summary>Containers that nobody was told of, because the caller of CreateContainer had gone: its retry gets them, or they are removed.</summary>
public sealed partial class UnclaimedContainers(
    ContainerStore containers, RemoveContainer removeContainer, PodsOptions options, ILogger<UnclaimedContainers> logger)
{
    private readonly UnclaimedTable<ContainerId> _table = new("container", options.KeepUnclaimed, options.Time);

    internal void Keep(ContainerId id)
    {
        try
        {
            containers.MarkUnclaimed(id);
        }
        catch (IOException failure)
        {
            // Only a later daemon will miss it; or the container has been removed already.
            NotMarked(logger, id, failure);
        }

        Kept(logger, id, options.KeepUnclaimed.TotalSeconds);
        _ = _table.KeepAsync(id, () => GiveUpAsync(id));
    }

    /// <summary>Takes up those of an earlier daemon.</summary>
    internal void Recover(Container container)
    {
        if (containers.IsUnclaimed(container.Id) && IsUnused(container.Id))
        {
            _ = _table.KeepAsync(container.Id, () => GiveUpAsync(container.Id));
        }
    }

    /// <summary>Somebody knows the container: it stays. Does nothing for all the others.</summary>
    /// <exception cref="CriSharp.Primitives.RuntimeException">Unavailable: too late, it is being removed.</exception>
    internal void Claim(ContainerId id)
    {
        if (_table.Claim(id))
        {
            containers.UnmarkUnclaimed(id);
        }
    }

    private bool IsUnused(ContainerId id) => containers.TryFind(id.ToString(), out var container) && container.State is ContainerState.Created;

    private async Task GiveUpAsync(ContainerId id)
    {
        // A retry may have come between the end of the work and its being kept; and agents find containers by listing them.
        if (!IsUnused(id))
        {
            return;
        }

        try
        {
            GivenUp(logger, id, options.KeepUnclaimed.TotalSeconds);
            await removeContainer.RunAsync(id.ToString(), CancellationToken.None);
        }
        catch (Exception failure)
        {
            NotRemoved(logger, id, failure);
        }
    }

    [LoggerMessage(170, LogLevel.Information, "Container {Container} is made, but its caller has gone: it is kept {Seconds} s for a retry")]
    private static partial void Kept(ILogger logger, ContainerId container, double seconds);

    [LoggerMessage(171, LogLevel.Warning, "Nobody came for container {Container} within {Seconds} s: it is removed")]
    private static partial void GivenUp(ILogger logger, ContainerId container, double seconds);

    [LoggerMessage(173, LogLevel.Warning, "Container {Container}, whose caller has gone, can't be marked so: a restart of the daemon would keep it")]
    private static partial void NotMarked(ILogger logger, ContainerId container, Exception failure);

    [LoggerMessage(172, LogLevel.Error, "Container {Container}, which nobody came for, could not be removed")]
    private static partial void NotRemoved(ILogger logger, ContainerId container, Exception failure);
}
