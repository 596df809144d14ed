using System.Net;
using CriSharp.Daemon.Configuration;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Tokens;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace CriSharp.Daemon.Hosting;

/// <summary>Gives out the URLs of the streaming server, whose port is known once it listens.</summary>
internal sealed class StreamingDoor(WaitingTickets tickets, IServer server, DaemonOptions options)
{
    private readonly Lazy<string> _base = new(() => BaseOf(server, options));

    public string UrlOf(StreamingTicket ticket) => $"{_base.Value}/{ticket.Kind}/{tickets.Add(ticket)}";

    private static string BaseOf(IServer server, DaemonOptions options)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var listens = addresses.Select(address => new Uri(address)).First(uri => IPAddress.TryParse(uri.IdnHost, out _));
        // The caller is on this node: to it a wildcard is the loopback.
        var host = options.StreamAddress switch
        {
            var any when any.Equals(IPAddress.Any) => IPAddress.Loopback,
            var any when any.Equals(IPAddress.IPv6Any) => IPAddress.IPv6Loopback,
            var address => address,
        };
        return $"{listens.Scheme}://{new IPEndPoint(host, listens.Port)}";
    }
}
