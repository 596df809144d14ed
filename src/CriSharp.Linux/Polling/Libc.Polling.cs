using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux;

internal static unsafe partial class Libc
{
    internal const int SIG_BLOCK = 0;
    internal const int SFD_CLOEXEC = 0x80000;
    internal const int SFD_NONBLOCK = 0x800;
    internal const int EFD_CLOEXEC = 0x80000;
    internal const int EFD_NONBLOCK = 0x800;
    internal const int IN_CLOEXEC = 0x80000;
    internal const int IN_NONBLOCK = 0x800;
    internal const uint IN_MODIFY = 0x002;
    internal const int PR_SET_CHILD_SUBREAPER = 36;

    // glibc's sigset_t; the kernel reads the first eight bytes.
    internal const int SignalSetBytes = 128;

    [LibraryImport("libc", EntryPoint = "sigaddset")]
    internal static partial int SignalSetAdd(void* signals, int signal);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    internal static partial int ThreadSignalMask(int how, void* signals, void* old);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    internal static partial nint SignalHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "signalfd", SetLastError = true)]
    internal static partial SafeFileHandle SignalDescriptor(int descriptor, void* signals, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    internal static partial SafeFileHandle EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial SafeFileHandle InotifyCreate(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int InotifyAddWatch(SafeFileHandle inotify, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    internal static partial int WaitPid(int pid, int* status, int options);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int ProcessControl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    internal static partial int NewSession();

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    internal static partial nint WriteSome(SafeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    internal static partial int Duplicate(SafeHandle descriptor, int number);
}
