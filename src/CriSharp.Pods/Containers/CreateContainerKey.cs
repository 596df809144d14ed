using CriSharp.Cri.V1;

namespace CriSharp.Pods.Containers;

/// <summary>By this a retry of CreateContainer finds its first call: the same names and an equal configuration.</summary>
internal sealed class CreateContainerKey(ContainerKey name, ContainerConfig config) : IEquatable<CreateContainerKey>
{
    private readonly ContainerConfig _config = config;

    public ContainerKey Name { get; } = name;

    public bool Equals(CreateContainerKey? other) => other is not null && Name == other.Name && _config.Equals(other._config);

    public override bool Equals(object? obj) => Equals(obj as CreateContainerKey);

    public override int GetHashCode() => Name.GetHashCode();
}
