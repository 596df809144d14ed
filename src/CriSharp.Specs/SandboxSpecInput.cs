using CriSharp.Cri.V1;

namespace CriSharp.Specs;

/// <summary>All that an infra container's specification is made from.</summary>
public sealed record SandboxSpecInput
{
    public required string SandboxId { get; init; }

    public required PodSandboxConfig Config { get; init; }

    public required HostFacts Host { get; init; }

    public required PodNamespaces Namespaces { get; init; }

    /// <summary>A folder that holds the static pause program.</summary>
    public required string RootFsPath { get; init; }

    public required string CgroupsPath { get; init; }

    /// <summary>Path of the program in the root file system.</summary>
    public string PausePath { get; init; } = "/pause";

    public ContainerDefaults Defaults { get; init; } = ContainerDefaults.BuiltIn;

    /// <inheritdoc cref="ContainerSpecInput.SelinuxLevel"/>
    public string? SelinuxLevel { get; init; }

    /// <inheritdoc cref="ContainerSpecInput.LocalhostSeccompProfile"/>
    public string? LocalhostSeccompProfile { get; init; }
}
