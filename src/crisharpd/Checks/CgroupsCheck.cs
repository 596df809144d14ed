using CriSharp.Daemon.Configuration;
using CriSharp.Linux.Cgroups;

namespace CriSharp.Daemon.Checks;

/// <summary>The host's cgroups, and who makes those of containers.</summary>
internal sealed class CgroupsCheck : ICheck
{
    private const string SystemdFolder = "/run/systemd/system";
    private static readonly string[] Needed = ["cpu", "cpuset", "memory", "pids"];

    public Task<IReadOnlyList<CheckFinding>> RunAsync(DaemonOptions options, CancellationToken cancellationToken)
    {
        var cgroups = CgroupHierarchies.Detect();
        var missing = Needed.Where(controller => cgroups.Find(controller) is null).ToList();
        return Task.FromResult<IReadOnlyList<CheckFinding>>(
        [
            Version(cgroups.Mode),
            missing.Count == 0
                ? CheckFinding.Ok("controllers", string.Join(", ", Needed))
                : CheckFinding.Error("controllers", $"{string.Join(", ", missing)} can't be used: limits of containers need them; see cgroup_disable in /proc/cmdline"),
            Driver(options.CgroupManager, Directory.Exists(SystemdFolder)),
        ]);
    }

    internal static CheckFinding Version(CgroupMode mode) => mode == CgroupMode.V2
        ? CheckFinding.Ok("cgroups", "v2")
        : CheckFinding.Warning("cgroups", $"{(mode == CgroupMode.Hybrid ? "v1 with v2 beside it" : "v1")}: Kubernetes is giving v1 up, and limits such as memory.high are v2's; boot with systemd.unified_cgroup_hierarchy=1");

    internal static CheckFinding Driver(CgroupManager manager, bool hasSystemd) => (manager, hasSystemd) switch
    {
        (CgroupManager.Systemd, false) => CheckFinding.Error("cgroup driver", "systemd, but systemd does not run here: set --cgroup-manager cgroupfs"),
        (CgroupManager.Cgroupfs, true) => CheckFinding.Warning("cgroup driver", "cgroupfs, while systemd runs here: two then manage one tree; the kubelet takes its driver from the runtime"),
        _ => CheckFinding.Ok("cgroup driver", manager.ToString().ToLowerInvariant()),
    };
}
