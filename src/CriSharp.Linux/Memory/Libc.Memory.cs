using System.Runtime.InteropServices;

namespace CriSharp.Linux;

internal static unsafe partial class Libc
{
    internal const int PROT_READ = 1;
    internal const int PROT_WRITE = 2;
    internal const int MAP_PRIVATE = 2;
    internal const int MAP_ANONYMOUS = 0x20;
    internal const int MADV_DONTNEED = 4;

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint MapMemory(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    internal static partial int UnmapMemory(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    internal static partial int AdviseMemory(nint address, nuint length, int advice);
}
