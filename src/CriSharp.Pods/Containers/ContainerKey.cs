using CriSharp.Cri.V1;
using CriSharp.Pods.Sandboxes;

namespace CriSharp.Pods.Containers;

/// <summary>What makes a container unique within its pod.</summary>
public sealed record ContainerKey(PodSandboxId Sandbox, string Name, uint Attempt)
{
    public static ContainerKey Of(PodSandboxId sandbox, ContainerMetadata metadata) => new(sandbox, metadata.Name, metadata.Attempt);

    public override string ToString() => $"{Name} (attempt {Attempt}) of pod sandbox {Sandbox}";
}
