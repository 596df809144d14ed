using System.Globalization;
using System.Net;

namespace CriSharp.Registry.Transport;

/// <summary>
/// NO_PROXY: entries by comma, each with a port or without. "*": everything. An address, or a network as 10.0.0.0/8. "example.com": it and all below;
/// ".example.com" and "*.example.com": all below. Names are not looked up, so an entry by address fits addresses only.
/// </summary>
internal sealed class NoProxyList
{
    private readonly List<Entry> _entries = [];

    public NoProxyList(string text)
    {
        foreach (var entry in text.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            _entries.Add(EntryOf(entry.ToLowerInvariant()));
        }
    }

    public bool Contains(Uri destination)
    {
        var host = destination.Host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return _entries.Any(entry => (entry.Port is null || entry.Port == destination.Port) && Fits(entry, host, address));
    }

    private static bool Fits(Entry entry, string host, IPAddress? address) => entry switch
    {
        { Name: "*" } => true,
        { Network: { } network } => address is not null && network.Contains(address),
        { Address: { } wanted } => wanted.Equals(address),
        { Name: ['.', ..] } => host.EndsWith(entry.Name, StringComparison.Ordinal),
        _ => host == entry.Name || (address is null && host.EndsWith($".{entry.Name}", StringComparison.Ordinal)),
    };

    private static Entry EntryOf(string text)
    {
        if (NetworkOf(text) is { } network)
        {
            return new Entry(text, null) { Network = network };
        }

        var (name, port) = SplitPort(text);
        if (IPAddress.TryParse(name.Trim('[', ']'), out var address))
        {
            return new Entry(name, port) { Address = address };
        }

        return new Entry(name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name, port);
    }

    /// <summary>Bits after the prefix may be there, and count for nothing.</summary>
    private static IPNetwork? NetworkOf(string text)
    {
        if (text.Split('/') is not [var start, var bits] || !IPAddress.TryParse(start, out var address)
            || !int.TryParse(bits, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        if (length > bytes.Length * 8)
        {
            return null;
        }

        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static (string Name, int? Port) SplitPort(string text)
    {
        // More than one colon and no bracket: an IPv6 address.
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon);
        return hasPort && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? (text[..colon], port)
            : (text, null);
    }

    private sealed record Entry(string Name, int? Port)
    {
        public IPNetwork? Network { get; init; }

        public IPAddress? Address { get; init; }
    }
}
