using System.Net;
using System.Net.Sockets;
using CriSharp.Primitives;
using CriSharp.Streaming.Sessions;

namespace CriSharp.Streaming.Tests.WebSockets;

/// <summary>A pod's port on 127.0.0.1; port 1 has nobody who listens.</summary>
internal sealed class TcpConnection(Socket socket) : IForwardedConnection
{
    public Stream Stream { get; } = new NetworkStream(socket, ownsSocket: true);

    public static async Task<IForwardedConnection> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        if (port == 1)
        {
            throw new RuntimeException(ErrorKind.Unavailable, "nobody listens on port 1");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new TcpConnection(socket);
        }
        catch (SocketException failure)
        {
            // Also a reset that comes with the connection.
            socket.Dispose();
            throw new RuntimeException(ErrorKind.Unavailable, failure.Message, failure);
        }
    }

    public void EndWrites() => socket.Shutdown(SocketShutdown.Send);

    public ValueTask DisposeAsync() => Stream.DisposeAsync();
}
