using System.Net;
using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>What the last plugin of an ADD has said.</summary>
/// <param name="Ips">Addresses of the pod, each once, in the plugins' order: the first is the pod's primary one.</param>
/// <param name="Interfaces">On the host (bridge, veth) and in the sandbox.</param>
/// <param name="Json">The result as it came.</param>
public sealed record NetworkResult(IReadOnlyList<IPAddress> Ips, IReadOnlyList<NetworkResultInterface> Interfaces, JsonElement Json)
{
    /// <summary>The pod asked for host ports, but no plugin of the network has the capability portMappings: something else must serve them.</summary>
    public bool HostPortsUnserved { get; init; }
}

/// <param name="Sandbox">Path of its network namespace; empty on the host.</param>
public sealed record NetworkResultInterface(string Name, string Mac, string Sandbox);
