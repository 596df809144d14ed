using System.Net;
using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>Reads a result of CNI 0.3 to 1.1. https://www.cni.dev/docs/spec/#add-success</summary>
internal static class NetworkResultParser
{
    private const int ItemsLimit = 64;
    private const int TextLimitChars = 4096;

    /// <param name="interfaceName">The sandbox's interface, whose addresses are the pod's.</param>
    /// <exception cref="FormatException">The result is not what the specification says, or has no address for the pod.</exception>
    public static NetworkResult Parse(JsonElement json, string interfaceName)
    {
        // "interfaces": [{"name", "mac", "sandbox"}], "ips": [{"interface": index, "address": CIDR, "gateway"}]
        var interfaces = Items(json, "interfaces")
            .Select(item => new NetworkResultInterface(Text(item, "name"), Text(item, "mac"), Text(item, "sandbox")))
            .ToArray();
        var ips = Items(json, "ips")
            .Where(item => IsOfSandbox(item, interfaces, interfaceName))
            .Select(item => AddressOf(Text(item, "address")))
            .Distinct()
            .ToArray();
        return ips.Length > 0
            ? new NetworkResult(ips, interfaces, json)
            : throw new FormatException($"the result has no IP address for {interfaceName}");
    }

    private static bool IsOfSandbox(JsonElement ip, NetworkResultInterface[] interfaces, string interfaceName)
    {
        if (!ip.TryGetProperty("interface", out var index) || index.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (index.ValueKind != JsonValueKind.Number || !index.TryGetInt32(out var position) || position < 0 || position >= interfaces.Length)
        {
            throw new FormatException($"an IP address belongs to an interface that is not one of the {interfaces.Length} listed");
        }

        return interfaces[position] is { Sandbox.Length: > 0 } own && own.Name == interfaceName;
    }

    private static IPAddress AddressOf(string cidr)
    {
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && IPNetwork.TryParse($"{cidr.AsSpan(0, slash)}/{(cidr.Contains(':', StringComparison.Ordinal) ? 128 : 32)}", out var network)
            && int.TryParse(cidr.AsSpan(slash + 1), out var prefix) && prefix >= 0 && prefix <= network.PrefixLength
            ? network.BaseAddress
            : throw new FormatException($"\"{cidr[..Math.Min(cidr.Length, 64)]}\" is not an IP address with its prefix length");
    }

    private static JsonElement[] Items(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        return list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= ItemsLimit && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
            ? [.. list.EnumerateArray()]
            : throw new FormatException($"\"{name}\" of the result is not a list of at most {ItemsLimit} objects");
    }

    private static string Text(JsonElement item, string name)
    {
        if (!item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return string.Empty;
        }

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new FormatException($"\"{name}\" in the result is no text");
        return text.Length <= TextLimitChars ? text : throw new FormatException($"\"{name}\" in the result is longer than {TextLimitChars} characters");
    }
}
