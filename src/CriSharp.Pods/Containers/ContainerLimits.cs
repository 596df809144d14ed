using CriSharp.Cri.V1;

namespace CriSharp.Pods.Containers;

/// <summary>A container's limits.</summary>
/// <param name="InForce">As the CRI says them: what the container was made with, and what updates have changed since.</param>
/// <param name="Undo">Null, or the document for the OCI runtime that puts them back: an update was begun and its end is not known.</param>
internal sealed record ContainerLimits(LinuxContainerResources InForce, byte[]? Undo = null)
{
    public static ContainerLimits Of(ContainerRecord record) => new(record.Config.Linux?.Resources ?? new LinuxContainerResources());
}
