using System.Net.Sockets;
using Grpc.Net.Client;

namespace CriSharp.Grpc;

/// <summary>A channel to a CRI server's Unix socket.</summary>
public static class UnixSocketChannel
{
    /// <param name="socketPath">Absolute path of the socket. A call fails as UNAVAILABLE where nobody listens on it.</param>
    public static GrpcChannel Create(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(socketPath, cancellationToken),
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            EnableMultipleHttp2Connections = true,
        };
        return GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = GrpcLimits.MessageBytes,
            MaxSendMessageSize = GrpcLimits.MessageBytes,
        });
    }

    /// <summary>For clients that speak something else on such a socket.</summary>
    public static async ValueTask<Stream> ConnectAsync(string socketPath, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
