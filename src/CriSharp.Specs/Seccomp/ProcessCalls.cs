namespace CriSharp.Specs.Seccomp;

/// <summary>Processes, threads, their users and limits, signals and scheduling.</summary>
internal static class ProcessCalls
{
    public static readonly string[] Names = CallNames.Split(
        $"""
        {Lives}
        {Users}
        {Limits}
        {Signals}
        {Scheduling}
        {Tracing}
        {Confining}
        """);

    private const string Lives =
        """
        fork vfork execve execveat exit exit_group wait4 waitid waitpid
        pidfd_open pidfd_send_signal process_mrelease prctl set_tid_address restart_syscall rseq membarrier
        getpid gettid getppid getpgid getpgrp setpgid getsid setsid uname olduname oldolduname sysinfo getcpu
        """;

    private const string Users =
        """
        getuid getuid32 geteuid geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32
        setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 setresuid setresuid32 setresgid setresgid32 setgroups setgroups32
        setfsuid setfsuid32 setfsgid setfsgid32 capget capset
        """;

    private const string Limits =
        """
        getrlimit setrlimit ugetrlimit prlimit64 getrusage times
        """;

    private const string Signals =
        """
        kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo sigaltstack signalfd signalfd4 pause alarm
        rt_sigaction rt_sigpending rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64
        signal sigaction sigpending sigprocmask sigreturn sigsuspend sgetmask ssetmask
        """;

    private const string Scheduling =
        """
        nice getpriority setpriority ioprio_get ioprio_set
        sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr sched_getparam sched_setparam
        sched_getscheduler sched_setscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64
        """;

    /// <summary>
    /// Only of processes that the caller may attach to: those of its user without more capabilities. A tracer can't get past a filter since
    /// Linux 4.8, where seccomp looks at a call after it. The three are one check of the kernel's, so that to refuse one is to refuse
    /// debuggers for nothing. uprobe and uretprobe are not called by programs, but put into them by the kernel.
    /// </summary>
    private const string Tracing =
        """
        ptrace process_vm_readv process_vm_writev uprobe uretprobe
        """;

    /// <summary>What a process gives up by itself. lsm_set_self_attr is what writing to /proc/self/attr is: the security module decides.</summary>
    private const string Confining =
        """
        seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self lsm_get_self_attr lsm_set_self_attr lsm_list_modules
        """;
}
