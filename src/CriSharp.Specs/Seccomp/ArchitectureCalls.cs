namespace CriSharp.Specs.Seccomp;

/// <summary>What only one kind of processor has, and the ways into its kernel.</summary>
internal static class ArchitectureCalls
{
    /// <param name="architecture">As images name it.</param>
    /// <returns>The native one first. Without the others, 32-bit calls would be killed, or pass by the filter.</returns>
    public static string[] WaysInto(string architecture) => architecture switch
    {
        "amd64" => ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "arm64" => ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"],
        _ => throw Refusal.Unbuilt($"there is no default seccomp profile for {architecture} yet: use a Localhost profile, or Unconfined"),
    };

    /// <inheritdoc cref="WaysInto"/>
    public static string[] AllowedOn(string architecture) => architecture switch
    {
        "amd64" => CallNames.Split("arch_prctl modify_ldt get_thread_area set_thread_area"),
        "arm64" => CallNames.Split("arm_fadvise64_64 arm_sync_file_range sync_file_range2 breakpoint cacheflush get_tls set_tls"),
        _ => [],
    };
}
