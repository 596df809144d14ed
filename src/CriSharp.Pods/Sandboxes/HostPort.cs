using System.Net;
using CriSharp.Cri.V1;

namespace CriSharp.Pods.Sandboxes;

/// <summary>A port of the host that leads into a pod.</summary>
/// <param name="Address">Of the host, on which it answers; null: on all of them.</param>
internal sealed record HostPort(Protocol Protocol, int Number, int ContainerPort, IPAddress? Address)
{
    /// <summary>None where the pod has the host's network: nothing leads anywhere then.</summary>
    public static IReadOnlyList<HostPort> Of(PodSandboxConfig config) => config.Linux?.SecurityContext?.NamespaceOptions?.Network == NamespaceMode.Node
        ? []
        : [.. config.PortMappings.Where(mapping => mapping.HostPort > 0).Select(Of)];

    /// <summary>Whether a packet could be for either.</summary>
    public bool Meets(HostPort other) => Protocol == other.Protocol && Number == other.Number && Meets(Address, other.Address);

    /// <summary>Whether both are one, and lead to different places.</summary>
    public bool Contradicts(HostPort other) =>
        Protocol == other.Protocol && Number == other.Number && Equals(Address, other.Address) && ContainerPort != other.ContainerPort;

    public override string ToString() => $"{Protocol.ToString().ToUpperInvariant()} {Number}{(Address is null ? "" : $" on {Address}")}";

    private static HostPort Of(PortMapping mapping) => new(mapping.Protocol, mapping.HostPort, mapping.ContainerPort, AddressOf(mapping.HostIp));

    private static IPAddress? AddressOf(string text) =>
        !IPAddress.TryParse(text, out var address) ? null : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static bool Meets(IPAddress? left, IPAddress? right) =>
        left is null || right is null || (left.AddressFamily == right.AddressFamily && (IsAny(left) || IsAny(right) || left.Equals(right)));

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);
}
