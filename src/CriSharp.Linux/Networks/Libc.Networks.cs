using System.Runtime.InteropServices;

namespace CriSharp.Linux;

internal static partial class Libc
{
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int NETLINK_ROUTE = 0;
    internal const ushort RTM_DELLINK = 17;
    internal const ushort NLM_F_REQUEST = 1;
    internal const ushort NLM_F_ACK = 4;
}

/// <summary>struct nlmsghdr</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkHeader
{
    internal uint LengthBytes;
    internal ushort Type;
    internal ushort Flags;
    internal uint Sequence;
    internal uint Port;
}

/// <summary>struct ifinfomsg</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkMessage
{
    internal byte Family;
    internal byte Padding;
    internal ushort DeviceType;
    internal int Index;
    internal uint DeviceFlags;
    internal uint ChangeMask;
}
