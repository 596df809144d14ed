using CriSharp.Pods.Stats;

namespace CriSharp.Pods.Sandboxes;

/// <summary>A pod sandbox: its record never changes, its state is replaced whole by the store once it is durable.</summary>
public sealed class PodSandbox(PodSandboxRecord record, SandboxState state)
{
    private volatile SandboxState _state = state;
    private volatile PodResources _resources = PodResources.Of(record);

    public PodSandboxId Id => Record.Id;

    public PodSandboxRecord Record { get; } = record;

    public SandboxState State => _state;

    /// <summary>Replaced by the store once they are durable.</summary>
    public PodResources Resources
    {
        get => _resources;
        internal set => _resources = value;
    }

    /// <summary>What the last list has told of it; the next one tells the same, unless the state is another by then.</summary>
    internal Cri.V1.PodSandbox? Listed { get; set; }

    /// <summary>For the rate of the next look at its statistics.</summary>
    internal CpuRate CpuRate { get; } = new();

    internal void Become(SandboxState state) => _state = state;
}
