using System.Text.Json;
using CriSharp.Oci;

namespace CriSharp.Images.Saving;

/// <summary>The config document of an image whose layers have other DiffIDs: all else stays, also what nobody here knows.</summary>
internal static class ConfigWithLayers
{
    private const int DepthLimit = 64;

    /// <exception cref="FormatException">It is no such document.</exception>
    public static byte[] Of(byte[] config, IReadOnlyList<DiffId> diffIds)
    {
        if (ImageConfigFile.Parse(config).DiffIds.SequenceEqual(diffIds))
        {
            return config;
        }

        using var bytes = new MemoryStream();
        using (var document = JsonDocument.Parse(config, new JsonDocumentOptions { MaxDepth = DepthLimit }))
        using (var json = new Utf8JsonWriter(bytes))
        {
            Write(json, document.RootElement, "rootfs", rootFs => Write(json, rootFs, "diff_ids", _ => Write(json, diffIds)));
        }

        return bytes.ToArray();
    }

    private static void Write(Utf8JsonWriter json, JsonElement element, string replaced, Action<JsonElement> replace)
    {
        json.WriteStartObject();
        foreach (var property in element.EnumerateObject())
        {
            if (property.NameEquals(replaced))
            {
                json.WritePropertyName(replaced);
                replace(property.Value);
                continue;
            }

            property.WriteTo(json);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<DiffId> diffIds)
    {
        json.WriteStartArray();
        foreach (var diffId in diffIds)
        {
            json.WriteStringValue(diffId.ToString());
        }

        json.WriteEndArray();
    }
}
