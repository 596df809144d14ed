namespace CriSharp.Specs.Seccomp;

/// <summary>Open to a container that was given one of the capabilities which the kernel wants for it; else refused with EPERM, as the kernel would.</summary>
internal static class GuardedCalls
{
    private static readonly Guard[] Guards =
    [
        new(["CAP_SYS_ADMIN"],
            """
            mount mount_setattr move_mount umount umount2 pivot_root open_tree open_tree_attr fsopen fsconfig fsmount fspick
            setns unshare sethostname setdomainname quotactl quotactl_fd swapon swapoff fanotify_init lookup_dcookie
            """),
        new(["CAP_SYS_ADMIN", "CAP_BPF"], "bpf"),
        new(["CAP_SYS_ADMIN", "CAP_PERFMON"], "perf_event_open"),
        new(["CAP_SYS_ADMIN", "CAP_SYSLOG"], "syslog"),
        new(["CAP_DAC_READ_SEARCH"], "open_by_handle_at"),
        new(["CAP_SYS_BOOT"], "reboot"),
        new(["CAP_SYS_CHROOT"], "chroot"),
        new(["CAP_SYS_MODULE"], "init_module finit_module delete_module"),
        new(["CAP_SYS_NICE"], "migrate_pages move_pages"),
        new(["CAP_SYS_PACCT"], "acct"),
        new(["CAP_SYS_PTRACE"], "kcmp pidfd_getfd process_madvise"),
        new(["CAP_SYS_RAWIO"], "ioperm iopl"),
        new(["CAP_SYS_TIME"], "settimeofday clock_settime clock_settime64 stime"),
        new(["CAP_SYS_TTY_CONFIG"], "vhangup"),
    ];

    public static IEnumerable<string> OpenTo(IReadOnlyCollection<string> capabilities) => Select(guard => guard.Opens(capabilities));

    public static IEnumerable<string> ClosedTo(IReadOnlyCollection<string> capabilities) => Select(guard => !guard.Opens(capabilities));

    private static IEnumerable<string> Select(Func<Guard, bool> isWanted) => Guards.Where(isWanted).SelectMany(guard => CallNames.Split(guard.Calls));

    /// <param name="Capabilities">Any of them opens it.</param>
    private sealed record Guard(string[] Capabilities, string Calls)
    {
        public bool Opens(IReadOnlyCollection<string> held) => Capabilities.Any(held.Contains);
    }
}
