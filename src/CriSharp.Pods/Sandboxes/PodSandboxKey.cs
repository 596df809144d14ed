using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>What makes a sandbox unique among those that live: the four facts of its metadata.</summary>
public sealed record PodSandboxKey(string Name, string Namespace, string Uid, uint Attempt)
{
    public static PodSandboxKey Of(PodSandboxMetadata metadata) => new(metadata.Name, metadata.Namespace, metadata.Uid, metadata.Attempt);

    public override string ToString() => $"{Namespace}/{Name} (uid {Uid}, attempt {Attempt})";
}
