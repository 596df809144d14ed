using System.Runtime.InteropServices;

namespace CriSharp.Linux.Files;

/// <summary>Flags of openat2(2), with the values of x86-64. O_CLOEXEC is always added. uapi/asm-generic/fcntl.h</summary>
[Flags]
public enum OpenFlags
{
    ReadOnly = 0,
    WriteOnly = 0x1,
    ReadWrite = 0x2,
    Create = 0x40,
    /// <summary>With <see cref="Create"/>: fail when something (also a link) is there.</summary>
    Exclusive = 0x80,
    NoControllingTerminal = 0x100,
    Truncate = 0x200,
    Append = 0x400,
    /// <summary>Opening a FIFO or a device does not wait.</summary>
    NonBlocking = 0x800,
    Directory = 0x10000,
    /// <summary>Fail with ELOOP when the last component is a symbolic link.</summary>
    NoFollow = 0x20000,
    CloseOnExec = 0x80000,
    /// <summary>A place in the tree only: no reading, no side effect of opening.</summary>
    PathOnly = 0x200000,
}

internal static class OpenFlagsLayout
{
    private const int Arm64Directory = 0x4000;
    private const int Arm64NoFollow = 0x8000;

    /// <summary>The numbers that this machine's kernel wants: two of them differ on arm64.</summary>
    public static int ForKernel(OpenFlags flags)
    {
        flags |= OpenFlags.CloseOnExec;
        if (RuntimeInformation.ProcessArchitecture != Architecture.Arm64)
        {
            return (int)flags;
        }

        var rest = (int)(flags & ~(OpenFlags.Directory | OpenFlags.NoFollow));
        rest |= flags.HasFlag(OpenFlags.Directory) ? Arm64Directory : 0;
        return rest | (flags.HasFlag(OpenFlags.NoFollow) ? Arm64NoFollow : 0);
    }
}
