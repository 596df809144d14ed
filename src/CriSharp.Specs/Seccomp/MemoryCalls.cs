namespace CriSharp.Specs.Seccomp;

/// <summary>
/// Memory of the caller's own. Where it lies on a machine with several nodes (mbind ...) is the caller's to say within its cpuset; to move
/// that of others wants a capability.
/// </summary>
internal static class MemoryCalls
{
    public static readonly string[] Names = CallNames.Split(
        """
        brk mmap mmap2 munmap mremap mprotect msync madvise mincore mseal remap_file_pages map_shadow_stack
        mlock mlock2 mlockall munlock munlockall pkey_alloc pkey_free pkey_mprotect
        get_mempolicy set_mempolicy mbind set_mempolicy_home_node
        """);
}
