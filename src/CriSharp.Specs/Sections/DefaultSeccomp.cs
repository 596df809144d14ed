using CriSharp.Oci;

namespace CriSharp.Specs.Sections;

/// <summary>
/// RuntimeDefault: everything is allowed but calls that reach past the container, or parts of the kernel that have no namespaces
/// (keyrings) or a long history of holes. A call that a capability of the container is for stays open to it.
/// </summary>
internal static class DefaultSeccomp
{
    private const uint NotPermitted = 1;
    private const uint VsockFamily = 40;

    private static readonly string[] ForNobody =
    [
        "_sysctl", "add_key", "create_module", "get_kernel_syms", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "move_pages",
        "nfsservctl", "query_module", "request_key", "sysfs", "uselib", "userfaultfd", "ustat", "vm86", "vm86old",
    ];

    private static readonly (string[] Capabilities, string[] Calls)[] ForHolders =
    [
        (["CAP_SYS_ADMIN"],
        [
            "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root", "quotactl",
            "quotactl_fd", "setdomainname", "sethostname", "setns", "swapoff", "swapon", "umount", "umount2", "unshare",
        ]),
        (["CAP_SYS_ADMIN", "CAP_BPF"], ["bpf"]),
        (["CAP_SYS_ADMIN", "CAP_PERFMON"], ["perf_event_open"]),
        (["CAP_DAC_READ_SEARCH"], ["open_by_handle_at"]),
        (["CAP_SYS_BOOT"], ["reboot"]),
        (["CAP_SYS_MODULE"], ["delete_module", "finit_module", "init_module"]),
        (["CAP_SYS_PACCT"], ["acct"]),
        (["CAP_SYS_PTRACE"], ["kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev"]),
        (["CAP_SYS_RAWIO"], ["ioperm", "iopl"]),
        (["CAP_SYS_TIME"], ["clock_settime", "clock_settime64", "settimeofday", "stime"]),
        (["CAP_SYS_TTY_CONFIG"], ["vhangup"]),
        (["CAP_SYSLOG", "CAP_SYS_ADMIN"], ["syslog"]),
    ];

    public static SpecSeccomp Build(string architecture, IReadOnlyCollection<string> capabilities)
    {
        var denied = ForHolders
            .Where(rule => !rule.Capabilities.Any(capabilities.Contains))
            .SelectMany(rule => rule.Calls)
            .Concat(ForNobody)
            .Order(StringComparer.Ordinal);
        return new SpecSeccomp
        {
            DefaultAction = "SCMP_ACT_ALLOW",
            Architectures = ArchitecturesOf(architecture),
            Syscalls =
            [
                new SpecSyscallRule { Names = [.. denied], Action = "SCMP_ACT_ERRNO", ErrnoRet = NotPermitted },
                new SpecSyscallRule
                {
                    // AF_VSOCK has no namespace: it would reach the hypervisor.
                    Names = ["socket"],
                    Action = "SCMP_ACT_ERRNO",
                    ErrnoRet = NotPermitted,
                    Args = [new SpecSyscallArgument { Index = 0, Value = VsockFamily, Op = "SCMP_CMP_EQ" }],
                },
            ],
        };
    }

    /// <summary>With the other ways into the same kernel: a filter for one only would leave 32-bit calls open, or kill every such program.</summary>
    private static string[] ArchitecturesOf(string architecture) => architecture switch
    {
        "amd64" => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "arm64" => ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        _ => throw Refusal.Unbuilt($"there is no default seccomp profile for {architecture} yet: use a Localhost profile, or Unconfined"),
    };
}
