using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using ContainerState = CriSharp.Pods.Containers.ContainerState;

namespace CriSharp.Pods.Events;

/// <summary>Which events a change of state is, in their order. Null stands for what was not yet, or is no more.</summary>
internal static class EventTypes
{
    /// <param name="starts">The runtime's start is under way: an end that is seen before its beginning waits for that.</param>
    public static IReadOnlyList<ContainerEventType> Of(ContainerState? before, ContainerState? after, bool starts) => (before, after) switch
    {
        (null, not null) => [ContainerEventType.ContainerCreatedEvent],
        (not null, null) => [ContainerEventType.ContainerDeletedEvent],
        (ContainerState.Created, ContainerState.Running) => [ContainerEventType.ContainerStartedEvent],
        (ContainerState.Created, ContainerState.Exited { End.Reason: not ContainerEnd.StartError }) when starts => [],
        (ContainerState.Exited { StartedAt: null }, ContainerState.Exited { StartedAt: not null }) =>
            [ContainerEventType.ContainerStartedEvent, ContainerEventType.ContainerStoppedEvent],
        (_, ContainerState.Exited) => [ContainerEventType.ContainerStoppedEvent],
        _ => [],
    };

    /// <summary>A sandbox runs as soon as it is there.</summary>
    public static IReadOnlyList<ContainerEventType> Of(SandboxState? before, SandboxState? after) => (before, after) switch
    {
        (null, SandboxState.Ready) => [ContainerEventType.ContainerCreatedEvent, ContainerEventType.ContainerStartedEvent],
        (SandboxState.Ready, SandboxState.Stopped) => [ContainerEventType.ContainerStoppedEvent],
        (not null, null) => [ContainerEventType.ContainerDeletedEvent],
        _ => [],
    };
}
