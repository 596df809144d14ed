using CriSharp.Cri.V1;

namespace CriSharp.Ctl.Running;

/// <summary>
/// What the kubelet hides of /proc and /sys where a pod says nothing about it, and the filter of system calls besides. A runtime does none of it unasked:
/// an empty list means that nothing is hidden.
/// </summary>
/// <remarks>https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline, /proc Mount Type</remarks>
internal static class Confinement
{
    private const string Processors = "/sys/devices/system/cpu";

    private static readonly string[] Masked =
    [
        "/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
        "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
    ];

    private static readonly string[] ReadOnly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

    public static SecurityProfile Seccomp => new() { ProfileType = SecurityProfile.Types.ProfileType.RuntimeDefault };

    public static void AddTo(LinuxContainerSecurityContext security)
    {
        security.MaskedPaths.Add(Masked.Concat(ThermalThrottles()));
        security.ReadonlyPaths.Add(ReadOnly);
        security.Seccomp = Seccomp;
    }

    /// <summary>How often a processor was slowed down by heat tells what others do on it.</summary>
    private static IEnumerable<string> ThermalThrottles() => Directory.Exists(Processors)
        ? Directory.EnumerateDirectories(Processors, "cpu*").Select(one => Path.Combine(one, "thermal_throttle")).Where(Directory.Exists).Order(StringComparer.Ordinal)
        : [];
}
