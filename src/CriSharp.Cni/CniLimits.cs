namespace CriSharp.Cni;

/// <summary>How long plugins may take. The kubelet gives a whole RunPodSandbox four minutes.</summary>
public sealed record CniLimits
{
    /// <summary>One run of one plugin; it is killed afterwards.</summary>
    public TimeSpan Plugin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>All plugins of one verb together. Undoing a failed ADD has as much again.</summary>
    public TimeSpan Total { get; init; } = TimeSpan.FromSeconds(120);
}
