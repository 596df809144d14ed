using CriSharp.Oci;

namespace CriSharp.Pods.Sandboxes;

/// <summary>Id of a pod sandbox: 64 lower-case hex digits. Its infra container, where it has one, goes by the same digits.</summary>
public readonly record struct PodSandboxId
{
    private readonly ContainerId _id;

    private PodSandboxId(ContainerId id) => _id = id;

    public static PodSandboxId New() => new(ContainerId.New());

    /// <exception cref="FormatException">Not 64 lower-case hex digits.</exception>
    public static PodSandboxId Parse(string text) => new(ContainerId.Parse(text));

    /// <returns>Null: not 64 lower-case hex digits.</returns>
    public static PodSandboxId? TryParse(string text) => ContainerId.TryParse(text, out var id) ? new PodSandboxId(id) : null;

    public ContainerId ToInfraContainerId() => _id;

    public override string ToString() => _id.ToString();
}
