using CriSharp.MonitorProtocol;
using CriSharp.Oci;
using CriSharp.OciRuntime.Bundles;

namespace CriSharp.OciRuntime.Monitors;

/// <summary>What one container's monitor is started with.</summary>
public sealed record MonitorLaunch
{
    public required ContainerId Id { get; init; }

    public required Bundle Bundle { get; init; }

    /// <summary>Where the monitor records the exit, durably; on disk, in a folder that exists.</summary>
    public required string ExitFile { get; init; }

    /// <summary>Null: the output is dropped.</summary>
    public string? LogPath { get; init; }

    /// <inheritdoc cref="MonitorArguments.LogDirectory"/>
    public string? LogDirectory { get; init; }

    public int LogLineLimitBytes { get; init; } = MonitorArguments.DefaultLogLineLimitBytes;

    /// <summary>Folders in /sys/fs/cgroup, one per hierarchy, that the monitor moves into; they exist.</summary>
    public IReadOnlyList<string> MonitorCgroups { get; init; } = [];

    public bool Terminal { get; init; }

    public bool Stdin { get; init; }

    public bool StdinOnce { get; init; }

    /// <summary>Null: the host's root.</summary>
    public StreamOwner? StreamOwner { get; init; }

    /// <summary>oom_score_adj of the monitor itself; null: the daemon's.</summary>
    public int? OutOfMemoryScore { get; init; }

    /// <summary>After it the OCI runtime's create is taken for hanging, and everything is killed.</summary>
    public TimeSpan CreateTimeout { get; init; } = TimeSpan.FromMinutes(4);
}
