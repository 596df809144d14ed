using System.Runtime.InteropServices;

namespace CriSharp.Linux.Mounts;

/// <summary>Attributes of one mount; values of MOUNT_ATTR_* in uapi/linux/mount.h.</summary>
[Flags]
public enum MountFlags
{
    None = 0,
    ReadOnly = 0x1,
    NoSetUserId = 0x2,
    NoDevices = 0x4,
    NoExecution = 0x8,
}

/// <summary>How mounts below a mount point travel to its peers; values of MS_* in uapi/linux/mount.h.</summary>
public enum MountPropagation
{
    Private = 1 << 18,
    Slave = 1 << 19,
    Shared = 1 << 20,
}

/// <summary>struct mount_attr, uapi/linux/mount.h</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct MountAttributes
{
    public ulong Set;
    public ulong Clear;
    public ulong Propagation;
    public ulong UserNamespace;
}
