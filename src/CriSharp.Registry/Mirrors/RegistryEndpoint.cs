using System.Net;

namespace CriSharp.Registry.Mirrors;

/// <summary>One place that may have a repository: a host and the repository's path there.</summary>
/// <param name="Host">"HOST" or "HOST:PORT", as in a URL.</param>
/// <param name="Path">"library/busybox".</param>
/// <param name="IsInsecure">The operator allows plain HTTP and unverified certificates.</param>
internal sealed record RegistryEndpoint(string Host, string Path, bool IsInsecure)
{
    /// <summary>"docker.io/library/busybox": by what its credentials are looked for.</summary>
    public string Repository { get; init; } = $"{Host}/{Path}";

    /// <summary>A stand-in for the registry that the image's name tells.</summary>
    public bool IsMirror { get; init; }

    /// <summary>Nobody can listen between us and a registry on this machine, so plain HTTP is allowed there, as everywhere in the field.</summary>
    public bool AllowsPlainHttp => IsInsecure || LocalHost.IsLoopback(new Uri($"https://{Host}/").Host);

    /// <summary>Whether an address is of this host: it has no capitals and no port that its scheme implies, and the host may.</summary>
    public bool IsAt(Uri address) => address.Authority == new Uri($"{address.Scheme}://{Host}/").Authority;
}

/// <summary>Which hosts are this machine, or lie so near to it that no registry elsewhere may send us there.</summary>
internal static class LocalHost
{
    public static bool IsLoopback(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(Unmapped(address)));

    /// <summary>A registry elsewhere must not send us into this machine, nor any into its link, where metadata services are.</summary>
    public static bool MayLeadTo(string from, string to) => (!IsLoopback(to) || IsLoopback(from)) && (!IsOnLink(to) || IsOnLink(from));

    /// <summary>Link-local, or unspecified, which the kernel takes for this machine.</summary>
    private static bool IsOnLink(string host)
    {
        if (!IPAddress.TryParse(host.Trim('[', ']'), out var literal))
        {
            return false;
        }

        var address = Unmapped(literal);
        var bytes = address.GetAddressBytes();
        return address.IsIPv6LinkLocal || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)
            || (bytes.Length == 4 && bytes[0] == 169 && bytes[1] == 254);
    }

    private static IPAddress Unmapped(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
