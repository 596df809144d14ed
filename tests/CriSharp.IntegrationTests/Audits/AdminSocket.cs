using System.Net.Sockets;
using CriSharp.Admin;

namespace CriSharp.IntegrationTests.Audits;

/// <summary>HTTP over a daemon's admin socket.</summary>
internal static class AdminSocket
{
    public static HttpClient Connect(string criSocket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(AdminAddress.Beside(criSocket)), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://admin"),
        Timeout = TimeSpan.FromSeconds(60),
    };
}
