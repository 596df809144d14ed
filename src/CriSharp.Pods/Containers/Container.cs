using CriSharp.Oci;
using CriSharp.Pods.Stats;

namespace CriSharp.Pods.Containers;

/// <summary>A container: its record never changes, its state is replaced whole by the store once it is durable.</summary>
public sealed class Container(ContainerRecord record, ContainerState state)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ContainerState _state = state;
    private volatile ContainerLimits _limits = ContainerLimits.Of(record);

    public ContainerId Id => Record.Id;

    public ContainerRecord Record { get; } = record;

    public ContainerState State => _state;

    /// <summary>Replaced by the store once they are durable.</summary>
    internal ContainerLimits Limits
    {
        get => _limits;
        set => _limits = value;
    }

    /// <summary>Those it was created with, whatever became of them; null once an earlier daemon saw it end.</summary>
    internal ContainerProcesses? Processes { get; private set; }

    /// <summary>Completes once the container is seen as exited.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Null, or in words that its monitor has died, and what that means: it has no log any more, and no exec.</summary>
    public string? MonitorLoss { get; internal set; }

    /// <summary>What the last list has told of it; the next one tells the same, unless the state is another by then.</summary>
    internal ListedContainer? Listed { get; set; }

    /// <summary>For the rate of the next look at its statistics.</summary>
    internal CpuRate CpuRate { get; } = new();

    /// <summary>True once the OCI runtime has let go of the ended container: its state and its cgroup.</summary>
    internal Task<bool> LetGo { get; set; } = Task.FromResult(false);

    /// <summary>
    /// Complete unless a start is under way, up to its being written down: the runtime still needs its state, though the process may have
    /// ended already; or it may have begun, though the state is still that of a created one.
    /// </summary>
    internal Task RuntimeStart { get; set; } = Task.CompletedTask;

    /// <summary>Held for the instant of a transition, never across a wait for anything but the disk.</summary>
    internal Lock Transition { get; } = new();

    internal void Become(ContainerState state)
    {
        _state = state;
        Processes = state switch
        {
            ContainerState.Created created => created.Processes,
            ContainerState.Running running => running.Processes,
            _ => Processes,
        };
        if (state is ContainerState.Exited)
        {
            _ended.TrySetResult();
        }
    }
}
