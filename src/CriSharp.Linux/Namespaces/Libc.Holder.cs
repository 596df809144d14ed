using System.Runtime.InteropServices;

namespace CriSharp.Linux;

/// <summary>Calls that the child of a fork may make: the runtime takes no notice of them.</summary>
internal static unsafe partial class Libc
{
    [LibraryImport("libc", EntryPoint = "fork")]
    [SuppressGCTransition]
    internal static partial int ForkWithoutTransition();

    [LibraryImport("libc", EntryPoint = "unshare")]
    [SuppressGCTransition]
    internal static partial int UnshareWithoutTransition(int flags);

    [LibraryImport("libc", EntryPoint = "getpid")]
    [SuppressGCTransition]
    internal static partial int ProcessIdWithoutTransition();

    [LibraryImport("libc", EntryPoint = "read")]
    [SuppressGCTransition]
    internal static partial nint ReadWithoutTransition(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    [SuppressGCTransition]
    internal static partial nint WriteWithoutTransition(int descriptor, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "_exit")]
    [SuppressGCTransition]
    internal static partial void ExitWithoutTransition(int code);
}
