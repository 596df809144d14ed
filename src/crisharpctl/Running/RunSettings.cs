using CriSharp.Cri.V1;

namespace CriSharp.Ctl.Running;

/// <summary>What one run is to be, as the CRI says it.</summary>
internal sealed record RunSettings
{
    public required string Image { get; init; }

    public required PodSandboxConfig Sandbox { get; init; }

    public required ContainerConfig Container { get; init; }

    /// <summary>Empty: the runtime's default.</summary>
    public required string Handler { get; init; }

    public required PullPolicy Pull { get; init; }
}

/// <summary>When run pulls the image.</summary>
internal enum PullPolicy
{
    Missing,
    Always,
    Never,
}
