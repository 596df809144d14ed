namespace CriSharp.Cni;

/// <summary>A port of the pod that the host answers for.</summary>
/// <param name="HostPort">1 to 65535; 0: none, the mapping only tells of a port and nothing is done.</param>
/// <param name="ContainerPort">1 to 65535.</param>
/// <param name="HostIp">The host's address to answer on; null or empty: all of them.</param>
public sealed record PortMapping(PortProtocol Protocol, int ContainerPort, int HostPort, string? HostIp = null);

public enum PortProtocol
{
    Tcp,
    Udp,
    Sctp,
}
