using System.Net;
using System.Net.Sockets;
using CriSharp.Daemon.Configuration;
using CriSharp.Primitives;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace CriSharp.Daemon.Hosting;

/// <summary>Binds a TCP port.</summary>
internal static class PortSocket
{
    /// <exception cref="RuntimeException">FailedPrecondition: it is taken, or no address of this machine; by its flags.</exception>
    public static Socket Bind(IPEndPoint endpoint, DaemonOptions options)
    {
        try
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        }
        catch (SocketException failure)
        {
            var isStreaming = endpoint.Port == options.StreamPort && endpoint.Address.Equals(options.StreamAddress);
            var (host, port) = isStreaming ? (Settings.StreamAddress, Settings.StreamPort) : (Settings.MetricsHost, Settings.MetricsPort);
            throw new RuntimeException(ErrorKind.FailedPrecondition, $"{host.Flag}, {port.Flag}: {endpoint} can't be listened on: {failure.Message}", failure);
        }
    }
}
