using System.Net.Sockets;
using System.Text;

namespace CriSharp.Daemon.Hosting;

/// <summary>Tells systemd how the service is. Does nothing where systemd did not start it. sd_notify(3)</summary>
internal static class SystemdNotifier
{
    private const string Variable = "NOTIFY_SOCKET";

    public static void Ready() => Send("READY=1");

    public static void Stopping() => Send("STOPPING=1");

    private static void Send(string state)
    {
        var path = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        // '@' stands for the NUL byte of an abstract name.
        var address = new UnixDomainSocketEndPoint(path[0] == '@' ? '\0' + path[1..] : path);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), address);
    }
}
