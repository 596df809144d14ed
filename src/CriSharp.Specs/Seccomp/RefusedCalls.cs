namespace CriSharp.Specs.Seccomp;

/// <summary>
/// Known, and refused with EPERM whatever the capabilities: what reaches past all namespaces, or has a long history of holes and little use
/// in a container. Who needs one brings a Localhost profile.
/// </summary>
internal static class RefusedCalls
{
    public static readonly string[] Names = CallNames.Split(
        $"""
        {Keyrings}
        {Kernel}
        {Rings}
        {Old}
        """);

    /// <summary>Keyrings have no namespace: those of a user are its in every container.</summary>
    private const string Keyrings =
        """
        add_key keyctl request_key
        """;

    private const string Kernel =
        """
        kexec_load kexec_file_load
        """;

    /// <summary>Each lets a process stop the kernel halfway or has it act later, past the filter: io_uring's operations are no system calls.</summary>
    private const string Rings =
        """
        userfaultfd io_uring_setup io_uring_enter io_uring_register
        """;

    /// <summary>Nothing of today calls them.</summary>
    private const string Old =
        """
        _sysctl bdflush create_module get_kernel_syms nfsservctl query_module sysfs uselib ustat vm86 vm86old
        """;
}
