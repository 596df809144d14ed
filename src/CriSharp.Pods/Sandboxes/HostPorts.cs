using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// Which ports of the host lead into which pod: plugins would let two pods have the same one, and only one of them would be reached. Those of
/// ready sandboxes stand in their records; those on their way are kept here.
/// </summary>
public sealed class HostPorts(PodSandboxStore sandboxes)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Held> _underWay = [];

    /// <returns>Disposed of when the sandbox is published, or is not to be; null where it has none.</returns>
    /// <exception cref="RuntimeException">FailedPrecondition: a port, and the pod that has it.</exception>
    internal Held? Take(PodSandboxConfig config)
    {
        var asked = HostPort.Of(config);
        if (asked.Count == 0)
        {
            return null;
        }

        lock (_gate)
        {
            foreach (var (pod, taken) in Taken())
            {
                if (asked.FirstOrDefault(port => taken.Any(port.Meets)) is { } clash)
                {
                    throw new RuntimeException(
                        ErrorKind.FailedPrecondition, $"pod sandbox config: port_mappings: the host's port {clash} leads to the pod {pod} already: stop that one, or choose another port");
                }
            }

            var held = new Held(this, PodSandboxKey.Of(config.Metadata), asked);
            _underWay.Add(held);
            return held;
        }
    }

    private IEnumerable<(PodSandboxKey Pod, IReadOnlyList<HostPort> Ports)> Taken() => sandboxes.All
        .Where(sandbox => sandbox.State is SandboxState.Ready)
        .Select(sandbox => (sandbox.Record.Key, HostPort.Of(sandbox.Record.Config)))
        .Concat(_underWay.Select(held => (held.Pod, held.Ports)));

    private void GiveBack(Held held)
    {
        lock (_gate)
        {
            _underWay.Remove(held);
        }
    }

    internal sealed class Held(HostPorts all, PodSandboxKey pod, IReadOnlyList<HostPort> ports) : IDisposable
    {
        public PodSandboxKey Pod => pod;

        public IReadOnlyList<HostPort> Ports => ports;

        public void Dispose() => all.GiveBack(this);
    }
}
