using System.Globalization;
using CriSharp.Cri.V1;
using CriSharp.Primitives;

namespace CriSharp.Ctl.Running;

/// <summary>[HOSTIP:]HOSTPORT:PORT[/tcp|udp|sctp]; an IPv6 address stands in brackets.</summary>
internal static class PortArgument
{
    public static PortMapping Parse(string typed)
    {
        var slash = typed.LastIndexOf('/');
        var protocol = slash < 0 ? Protocol.Tcp : typed[(slash + 1)..].ToLowerInvariant() switch
        {
            "tcp" => Protocol.Tcp,
            "udp" => Protocol.Udp,
            "sctp" => Protocol.Sctp,
            _ => throw Malformed(typed),
        };
        var ports = slash < 0 ? typed : typed[..slash];
        var lastColon = ports.LastIndexOf(':');
        if (lastColon < 0)
        {
            throw Malformed(typed);
        }

        var front = ports[..lastColon];
        var addressEnd = front.LastIndexOf(':');
        return new PortMapping
        {
            Protocol = protocol,
            ContainerPort = Port(ports[(lastColon + 1)..], typed),
            HostPort = Port(front[(addressEnd + 1)..], typed),
            HostIp = addressEnd < 0 ? "" : front[..addressEnd].TrimStart('[').TrimEnd(']'),
        };
    }

    private static int Port(string text, string typed) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536 ? port : throw Malformed(typed);

    private static RuntimeException Malformed(string typed) =>
        new(ErrorKind.InvalidArgument, $"port '{typed}' is not of the form [HOSTIP:]HOSTPORT:PORT[/tcp|udp|sctp]");
}
