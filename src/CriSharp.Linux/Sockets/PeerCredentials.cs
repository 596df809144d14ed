namespace CriSharp.Linux.Sockets;

/// <summary>Who connected, as the kernel saw it then. SO_PEERCRED in unix(7)</summary>
public readonly record struct PeerCredentials(int Pid, uint UserId, uint GroupId);
