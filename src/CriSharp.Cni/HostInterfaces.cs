using System.Text.Json;
using CriSharp.Primitives;

namespace CriSharp.Cni;

/// <summary>The bridges of this node's network, and which of the host's interfaces belong to which sandbox.</summary>
public sealed class HostInterfaces(CniConfigStore configurations)
{
    private const string DefaultBridge = "cni0";

    /// <summary>Names of the bridges that the plugin of that name makes. https://www.cni.dev/plugins/current/main/bridge/</summary>
    public IReadOnlyList<string> Bridges() => configurations.TryLoad() is { } network
        ? [.. network.Plugins.Where(plugin => plugin.Type == "bridge").Select(plugin => NameOf(plugin.Json)).Distinct()]
        : [];

    /// <summary>What the plugins said at ADD that they made on the host for a sandbox.</summary>
    /// <returns>Null: its ADD is under way or was cut short, or its record is damaged: it can't be told.</returns>
    public static IReadOnlyList<string>? Of(string cacheDirectory)
    {
        try
        {
            return AttachmentFile.TryRead(cacheDirectory) switch
            {
                null => [],
                { Result: { } result } attachment => [.. NetworkResultParser.Parse(result, attachment.InterfaceName).Interfaces
                    .Where(one => one.Sandbox.Length == 0)
                    .Select(one => one.Name)],
                _ => null,
            };
        }
        catch (Exception damaged) when (damaged is RuntimeException or FormatException)
        {
            return null;
        }
    }

    // A name with a slash would be a path.
    private static string NameOf(JsonElement plugin) =>
        plugin.TryGetProperty("bridge", out var name) && name.ValueKind == JsonValueKind.String && name.GetString() is { Length: > 0 } given && !given.Contains('/')
            ? given
            : DefaultBridge;
}
