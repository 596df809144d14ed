using System.Collections.Concurrent;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Containers;

/// <summary>The containers of each sandbox, without a look at all others. Read without a lock.</summary>
internal sealed class ContainersBySandbox
{
    private readonly ConcurrentDictionary<PodSandboxId, Container[]> _containers = new();
    private readonly Lock _gate = new();

    public IReadOnlyList<Container> Of(PodSandboxId sandbox) => _containers.TryGetValue(sandbox, out var containers) ? containers : [];

    public void Add(Container container)
    {
        lock (_gate)
        {
            _containers[container.Record.SandboxId] = [.. Of(container.Record.SandboxId), container];
        }
    }

    public void Remove(ContainerRecord record)
    {
        lock (_gate)
        {
            Container[] rest = [.. Of(record.SandboxId).Where(container => container.Id != record.Id)];
            if (rest.Length > 0)
            {
                _containers[record.SandboxId] = rest;
            }
            else
            {
                _containers.TryRemove(record.SandboxId, out _);
            }
        }
    }
}
