using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>Reads one configuration file: a list of plugins, or a single one, which is a list of one.</summary>
internal static class NetworkConfigurationParser
{
    private const int PluginsLimit = 64;

    /// <exception cref="FormatException">Says what is wrong in words for the administrator.</exception>
    public static NetworkConfiguration Parse(string filePath, ReadOnlyMemory<byte> content)
    {
        try
        {
            return FromJson(filePath, CniDocument.Parse(content));
        }
        catch (JsonException failure)
        {
            throw new FormatException($"is not JSON: {failure.Message}", failure);
        }
    }

    /// <inheritdoc cref="Parse"/>
    public static NetworkConfiguration FromJson(string filePath, JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("is no JSON object");
        }

        var name = Text(json, "name") ?? throw new FormatException("has no \"name\"");
        if (!CniNames.IsIdentifier(name))
        {
            throw new FormatException($"has the name \"{name}\", which no network may have");
        }

        var isList = json.TryGetProperty("plugins", out var list);
        if (isList && list.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException("has \"plugins\" that are no list");
        }

        var plugins = isList ? list.EnumerateArray().Select(ParsePlugin).ToArray() : [ParsePlugin(json)];
        return plugins.Length is > 0 and <= PluginsLimit
            ? new NetworkConfiguration(filePath, name, VersionOf(json), Flag(json, "disableCheck"), Flag(json, "disableGC"), plugins, json)
            : throw new FormatException($"has {plugins.Length} plugins: 1 to {PluginsLimit} are allowed");
    }

    // "cniVersions" lists all that the plugins speak: the highest that we do too is taken.
    private static CniVersion VersionOf(JsonElement json)
    {
        var texts = json.TryGetProperty("cniVersions", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).ToList()
            : [];
        texts.Add(Text(json, "cniVersion") ?? string.Empty);
        return CniVersion.Latest(texts.Select(text => CniVersion.TryParse(text, out var version) ? version : null))
            ?? throw new FormatException($"has the cniVersion \"{texts[^1]}\"; spoken are {CniVersion.SpokenVersions}");
    }

    private static PluginConfiguration ParsePlugin(JsonElement plugin)
    {
        var type = plugin.ValueKind == JsonValueKind.Object ? Text(plugin, "type") : null;
        if (type is null || !CniNames.IsPluginType(type))
        {
            throw new FormatException(type is null ? "has a plugin without \"type\"" : $"has a plugin of type \"{type}\": the name of a file in the plugin folders is wanted, not a path");
        }

        var capabilities = plugin.TryGetProperty("capabilities", out var wanted) && wanted.ValueKind == JsonValueKind.Object
            ? wanted.EnumerateObject().Where(capability => capability.Value.ValueKind == JsonValueKind.True).Select(capability => capability.Name)
            : [];
        return new PluginConfiguration(type, capabilities.ToHashSet(), plugin);
    }

    private static bool Flag(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        // libcni takes the word, too.
        JsonValueKind.String => string.Equals(value.GetString(), "true", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
