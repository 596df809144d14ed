using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What a pod may use in all, as the kubelet tells it. It sets the limits of the pod's cgroup itself: here they are known, and kept.</summary>
/// <param name="Overhead">Of the pod beside its containers. Null: never told.</param>
/// <param name="Resources">Of its containers together. Null: never told.</param>
public sealed record PodResources(LinuxContainerResources? Overhead, LinuxContainerResources? Resources)
{
    internal static PodResources Of(PodSandboxRecord record) => new(record.Config.Linux?.Overhead, record.Config.Linux?.Resources);
}
