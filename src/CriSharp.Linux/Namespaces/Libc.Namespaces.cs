using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CriSharp.Linux;

internal static unsafe partial class Libc
{
    internal const int CLONE_NEWUTS = 0x04000000;
    internal const int CLONE_NEWIPC = 0x08000000;
    internal const int CLONE_NEWUSER = 0x10000000;
    internal const int CLONE_NEWNET = 0x40000000;

    /// <summary>Of one thread: glibc's function of this name sets all threads'.</summary>
    internal static readonly long SYS_setresuid = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 147 : 117;

    /// <summary>uapi/linux/magic.h</summary>
    internal const long NSFS_MAGIC = 0x6e736673;

    internal const nuint SIOCGIFFLAGS = 0x8913;
    internal const nuint SIOCSIFFLAGS = 0x8914;
    internal const short IFF_UP = 0x1;

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int SetNamespace(SafeFileHandle descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial long SetThreadUserIds(long number, uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "sethostname", SetLastError = true)]
    internal static partial int SetHostName(byte* name, nuint length);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial SafeFileHandle SocketOfKind(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int InterfaceControl(SafeFileHandle socket, nuint request, InterfaceRequest* argument);
}

/// <summary>struct ifreq, with the member of its union that we use. netdevice(7)</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InterfaceRequest
{
    internal const int NameBytes = 16;

    internal fixed byte Name[NameBytes];
    internal short Flags;
    private fixed byte _union[22];
}
