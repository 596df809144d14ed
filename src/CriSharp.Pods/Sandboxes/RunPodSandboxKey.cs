using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>
/// By this a retry of RunPodSandbox finds its first call: the same names and an equal configuration.
/// Equality is the messages' own, since a client's maps arrive in any order.
/// </summary>
internal sealed class RunPodSandboxKey(PodSandboxKey name, PodSandboxConfig config, string runtimeHandler) : IEquatable<RunPodSandboxKey>
{
    private readonly PodSandboxConfig _config = config;
    private readonly string _runtimeHandler = runtimeHandler;

    public PodSandboxKey Name { get; } = name;

    public bool Equals(RunPodSandboxKey? other) =>
        other is not null && Name == other.Name && _runtimeHandler == other._runtimeHandler && _config.Equals(other._config);

    public override bool Equals(object? obj) => Equals(obj as RunPodSandboxKey);

    public override int GetHashCode() => Name.GetHashCode();
}
