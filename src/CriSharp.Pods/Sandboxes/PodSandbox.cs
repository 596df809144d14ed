namespace CriSharp.Pods.Sandboxes;

/// <summary>A pod sandbox: its record never changes, its state is replaced whole by the store once it is durable.</summary>
public sealed class PodSandbox(PodSandboxRecord record, SandboxState state)
{
    private volatile SandboxState _state = state;

    public PodSandboxId Id => Record.Id;

    public PodSandboxRecord Record { get; } = record;

    public SandboxState State => _state;

    internal void Become(SandboxState state) => _state = state;
}
