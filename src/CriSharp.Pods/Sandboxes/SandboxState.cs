using CriSharp.Pods.Containers;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// <code>
///          RunPodSandbox          StopPodSandbox, infra died, reboot
/// (none) ────────────────► Ready ───────────────────────────────────► Stopped ──RemovePodSandbox──► (gone)
/// </code>
/// "Being made" and "being stopped" are operations that hold the sandbox's lock, not states.
/// </summary>
public abstract record SandboxState
{
    private SandboxState()
    {
    }

    /// <param name="Ips">Primary address first; empty on the host's network.</param>
    /// <param name="Infra">Pid 1 of the shared PID namespace, where there is one.</param>
    public sealed record Ready(IReadOnlyList<string> Ips, ContainerProcesses? Infra) : SandboxState
    {
        public Stopped Stop(DateTimeOffset at) => new(at, Ips, NetworkReleased: false);
    }

    /// <param name="NetworkReleased">False until network and namespaces are given back or, durable, owed: Stop and Remove try it again.</param>
    public sealed record Stopped(DateTimeOffset At, IReadOnlyList<string> Ips, bool NetworkReleased) : SandboxState
    {
        public Stopped Release() => this with { NetworkReleased = true };
    }
}
