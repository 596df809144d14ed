using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Retries;

/// <summary>Pod sandboxes that nobody was told of, because the caller of RunPodSandbox had gone: its retry gets them, or they are removed.</summary>
public sealed partial class UnclaimedSandboxes(
    PodSandboxStore sandboxes, ContainerStore containers, RemovePodSandbox removePodSandbox, PodsOptions options, ILogger<UnclaimedSandboxes> logger)
{
    private readonly UnclaimedTable<PodSandboxId> _table = new("pod sandbox", options.KeepUnclaimed, options.Time);

    internal void Keep(PodSandboxId id)
    {
        try
        {
            sandboxes.MarkUnclaimed(id);
        }
        catch (IOException failure)
        {
            // Only a later daemon will miss it; or the sandbox has been removed already.
            NotMarked(logger, id, failure);
        }

        Kept(logger, id, options.KeepUnclaimed.TotalSeconds);
        _ = _table.KeepAsync(id, () => GiveUpAsync(id));
    }

    /// <summary>Takes up those of an earlier daemon.</summary>
    internal void Recover(PodSandbox sandbox)
    {
        if (sandboxes.IsUnclaimed(sandbox.Id) && IsUnused(sandbox.Id))
        {
            _ = _table.KeepAsync(sandbox.Id, () => GiveUpAsync(sandbox.Id));
        }
    }

    /// <summary>Somebody knows the sandbox: it stays. Does nothing for all the others.</summary>
    /// <exception cref="CriSharp.Primitives.RuntimeException">Unavailable: too late, it is being removed.</exception>
    internal void Claim(PodSandboxId id)
    {
        if (_table.Claim(id))
        {
            sandboxes.UnmarkUnclaimed(id);
        }
    }

    private bool IsUnused(PodSandboxId id) =>
        sandboxes.TryFind(id.ToString(), out var sandbox) && sandbox.State is SandboxState.Ready && containers.Of(id).Count == 0;

    private async Task GiveUpAsync(PodSandboxId id)
    {
        // A retry may have come between the end of the work and its being kept; and agents find pods by listing them.
        if (!IsUnused(id))
        {
            return;
        }

        try
        {
            GivenUp(logger, id, options.KeepUnclaimed.TotalSeconds);
            await removePodSandbox.RunAsync(id.ToString(), CancellationToken.None);
        }
        catch (Exception failure)
        {
            NotRemoved(logger, id, failure);
        }
    }

    [LoggerMessage(160, LogLevel.Information, "Pod sandbox {Sandbox} is made, but its caller has gone: it is kept {Seconds} s for a retry")]
    private static partial void Kept(ILogger logger, PodSandboxId sandbox, double seconds);

    [LoggerMessage(161, LogLevel.Warning, "Nobody came for pod sandbox {Sandbox} within {Seconds} s: it is removed")]
    private static partial void GivenUp(ILogger logger, PodSandboxId sandbox, double seconds);

    [LoggerMessage(163, LogLevel.Warning, "Pod sandbox {Sandbox}, whose caller has gone, can't be marked so: a restart of the daemon would keep it")]
    private static partial void NotMarked(ILogger logger, PodSandboxId sandbox, Exception failure);

    [LoggerMessage(162, LogLevel.Error, "Pod sandbox {Sandbox}, which nobody came for, could not be removed")]
    private static partial void NotRemoved(ILogger logger, PodSandboxId sandbox, Exception failure);
}
