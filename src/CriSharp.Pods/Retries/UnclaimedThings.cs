using CriSharp.Oci;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Microsoft.Extensions.Logging;

namespace CriSharp.Pods.Retries;

/// <summary>What <see cref="Unclaimed{TId}"/> has to know of the things that it keeps.</summary>
/// <param name="Mark">Durable, so that their time runs on in the next daemon.</param>
/// <param name="IsUnused">Nobody has done anything with it since it was made.</param>
internal sealed record UnclaimedThings<TId>(
    string Noun, Action<TId> Mark, Action<TId> Unmark, Func<TId, bool> IsMarked, Func<TId, bool> IsUnused, Func<TId, Task> RemoveAsync);

/// <summary>Makes the two of them.</summary>
public static class UnclaimedThings
{
    public static Unclaimed<PodSandboxId> Sandboxes(
        PodSandboxStore sandboxes, ContainerStore containers, RemovePodSandbox remove, PodsOptions options, ILogger<PodSandbox> logger) => new(
            new UnclaimedThings<PodSandboxId>(
                "pod sandbox",
                sandboxes.MarkUnclaimed,
                sandboxes.UnmarkUnclaimed,
                sandboxes.IsUnclaimed,
                id => sandboxes.TryFind(id.ToString(), out var sandbox) && sandbox.State is SandboxState.Ready && containers.Of(id).Count == 0,
                id => remove.RunAsync(id.ToString(), CancellationToken.None)),
            options,
            logger);

    public static Unclaimed<ContainerId> Containers(ContainerStore containers, RemoveContainer remove, PodsOptions options, ILogger<Container> logger) => new(
        new UnclaimedThings<ContainerId>(
            "container",
            containers.MarkUnclaimed,
            containers.UnmarkUnclaimed,
            containers.IsUnclaimed,
            id => containers.TryFind(id.ToString(), out var container) && container.State is ContainerState.Created,
            id => remove.RunAsync(id.ToString(), CancellationToken.None)),
        options,
        logger);
}
