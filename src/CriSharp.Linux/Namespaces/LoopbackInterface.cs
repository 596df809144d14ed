

namespace CriSharp.Linux.Namespaces;

/// <summary>The "lo" of the calling thread's network namespace: down in a new one, which then can't even reach itself.</summary>
internal static unsafe class LoopbackInterface
{
    private const int AF_INET = 2;
    private const int SOCK_DGRAM = 2;
    private const int SOCK_CLOEXEC = 0x80000;

    public static void Raise()
    {
        using var socket = Libc.SocketOfKind(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (socket.IsInvalid)
        {
            throw LinuxException.Last("socket");
        }

        var request = default(InterfaceRequest);
        request.Name[0] = (byte)'l';
        request.Name[1] = (byte)'o';
        LinuxException.ThrowIfFailed(Libc.InterfaceControl(socket, Libc.SIOCGIFFLAGS, &request), "ioctl SIOCGIFFLAGS", "lo");
        request.Flags |= Libc.IFF_UP;
        LinuxException.ThrowIfFailed(Libc.InterfaceControl(socket, Libc.SIOCSIFFLAGS, &request), "ioctl SIOCSIFFLAGS", "lo");
    }
}
