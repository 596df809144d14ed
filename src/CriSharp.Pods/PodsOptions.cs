using CriSharp.Pods.Persistence;

namespace CriSharp.Pods;

/// <summary>What the room of the pods is told at start; validated by the daemon.</summary>
public sealed record PodsOptions
{
    public required InstanceFolders Folders { get; init; }

    public required CgroupDriver CgroupDriver { get; init; }

    /// <summary>Absolute path of the static pause program.</summary>
    public required string PausePath { get; init; }

    /// <summary>The host's resolver configuration, for pods that ask for none of their own.</summary>
    public string HostResolvConf { get; init; } = "/etc/resolv.conf";

    /// <summary>Folders in /sys/fs/cgroup, one per hierarchy, that the monitors move into; empty: they stay with the daemon.</summary>
    public IReadOnlyList<string> MonitorCgroups { get; init; } = [];

    /// <summary>How long a monitor may outlive its container before it counts as stuck.</summary>
    public TimeSpan MonitorEndLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long making a container may take, runtime and monitor together.</summary>
    public TimeSpan CreateLimit { get; init; } = TimeSpan.FromSeconds(240);

    /// <summary>How long an undo may take in all.</summary>
    public TimeSpan RollbackLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a killed process may take to be reported as ended before the stop fails.</summary>
    public TimeSpan KillLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a pod sandbox or container that nobody was told of is kept for the retry of whoever asked for it.</summary>
    public TimeSpan KeepUnclaimed { get; init; } = TimeSpan.FromMinutes(5);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

public enum CgroupDriver
{
    Cgroupfs,
    Systemd,
}
