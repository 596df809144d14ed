namespace CriSharp.Linux.Sockets;

/// <summary>Types of AF_UNIX sockets.</summary>
public enum UnixSocketKind
{
    /// <summary>Bytes. SOCK_STREAM</summary>
    Stream = 1,

    /// <summary>Packets, kept apart and in order. SOCK_SEQPACKET</summary>
    SequencedPackets = 5,
}
