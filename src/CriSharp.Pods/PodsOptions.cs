using CriSharp.Pods.Metrics;
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

    /// <summary>Folders of CDI specification files as they are now; a later one goes before an earlier.</summary>
    public Func<IReadOnlyList<string>> CdiSpecDirectories { get; init; } = () => ["/etc/cdi", "/var/run/cdi"];

    /// <summary>Devices that a container asks for belong to its run_as_user and run_as_group.</summary>
    public bool DeviceOwnershipFromSecurityContext { get; init; }

    /// <summary>What ListPodSandboxMetrics tells.</summary>
    public PodMetricGroups PodMetrics { get; init; } = PodMetricGroups.All;

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

    /// <summary>How long the runtime's start may go on after the container's process has ended.</summary>
    public TimeSpan LateStartLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a removal waits for the end to be recorded and the runtime to let go, before it takes the container apart itself.</summary>
    public TimeSpan LetGoLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a pod sandbox or container that nobody was told of is kept for the retry of whoever asked for it.</summary>
    public TimeSpan KeepUnclaimed { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the stop of a sandbox waits for the network's plugins to detach it; afterwards they go on behind it.</summary>
    public TimeSpan NetworkDelLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an audit waits before it believes what it has seen: what was on its way is settled by then.</summary>
    public TimeSpan AuditPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what a failed pull has got may wait for the retry before it counts as left over.</summary>
    public TimeSpan RetryLimit { get; init; } = TimeSpan.FromHours(1);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}

public enum CgroupDriver
{
    Cgroupfs,
    Systemd,
}
