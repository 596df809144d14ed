using CriSharp.Cri.V1;
using CriSharp.Pods.Containers;
using CriSharp.Pods.Sandboxes;
using Container = CriSharp.Pods.Containers.Container;
using ContainerState = CriSharp.Pods.Containers.ContainerState;
using PodSandbox = CriSharp.Pods.Sandboxes.PodSandbox;

namespace CriSharp.Pods.Events;

/// <summary>
/// Tells listeners what becomes of sandboxes and containers, once it is durable and visible. Each event shows the whole pod as it was then, so
/// a later event never shows an earlier pod; its time is later than the last one's, whatever the clock does. Nobody who listens: no work.
/// </summary>
public sealed class PodEvents
{
    private readonly PodSandboxStore _sandboxes;
    private readonly ContainerStore _containers;
    private readonly ContainerImageNames _imageNames;
    private readonly PodsOptions _options;
    private readonly Lock _gate = new();
    private volatile EventListener[] _listeners = [];
    private long _lastAt;
    private long _dropped;

    public PodEvents(PodSandboxStore sandboxes, ContainerStore containers, ContainerImageNames imageNames, PodsOptions options)
    {
        (_sandboxes, _containers, _imageNames, _options) = (sandboxes, containers, imageNames, options);
        sandboxes.Changed += OnChanged;
        containers.Changed += OnChanged;
    }

    /// <summary>How many events are kept for a listener that has not read them yet.</summary>
    public int KeptForEach { get; init; } = 1000;

    public int ListenerCount => _listeners.Length;

    /// <summary>Events that a listener was too slow for, since the daemon started.</summary>
    public long DroppedCount => Interlocked.Read(ref _dropped);

    /// <summary>What happens from here on, until the listener is disposed of.</summary>
    public EventListener Listen()
    {
        var listener = new EventListener(KeptForEach, Leave);
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
        }

        return listener;
    }

    private void Leave(EventListener listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(other => other != listener)];
        }
    }

    private void OnChanged(PodSandbox sandbox, SandboxState? before, SandboxState? after)
    {
        if (_listeners.Length > 0)
        {
            Tell(sandbox.Id.ToString(), sandbox, EventTypes.Of(before, after));
        }
    }

    private void OnChanged(Container container, ContainerState? before, ContainerState? after)
    {
        if (_listeners.Length == 0)
        {
            return;
        }

        _sandboxes.TryFind(container.Record.SandboxId.ToString(), out var sandbox);
        Tell(container.Id.ToString(), sandbox, EventTypes.Of(before, after, starts: !container.RuntimeStart.IsCompleted));
    }

    private void Tell(string id, PodSandbox? sandbox, IReadOnlyList<ContainerEventType> types)
    {
        lock (_gate)
        {
            foreach (var type in types)
            {
                var happened = Describe(id, sandbox, type);
                foreach (var listener in _listeners.Where(listener => !listener.Offer(happened)))
                {
                    Interlocked.Increment(ref _dropped);
                    Leave(listener);
                }
            }
        }
    }

    private ContainerEventResponse Describe(string id, PodSandbox? sandbox, ContainerEventType type)
    {
        _lastAt = Math.Max(UnixTime.Nanoseconds(_options.Time.GetUtcNow()), _lastAt + 1);
        var happened = new ContainerEventResponse { ContainerId = id, ContainerEventType = type, CreatedAt = _lastAt };
        if (sandbox is not null)
        {
            happened.PodSandboxStatus = DescribePodSandbox.ForStatus(sandbox);
            happened.ContainersStatuses.Add(_containers.NewestFirst(sandbox.Id).Select(one => DescribeContainer.ForStatus(one, _imageNames.Of(one))));
        }

        return happened;
    }
}
