using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CriSharp.Linux.Sockets;

/// <summary>Who connected, as the kernel saw it then. SO_PEERCRED in unix(7)</summary>
public readonly record struct PeerCredentials(int Pid, uint UserId, uint GroupId)
{
    /// <param name="socket">A connected AF_UNIX socket.</param>
    /// <exception cref="SocketException">It is another one.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        Span<UserCredentials> credentials = stackalloc UserCredentials[1];
        socket.GetRawSocketOption(Libc.SOL_SOCKET, Libc.SO_PEERCRED, MemoryMarshal.AsBytes(credentials));
        return new PeerCredentials(credentials[0].Pid, credentials[0].UserId, credentials[0].GroupId);
    }
}
