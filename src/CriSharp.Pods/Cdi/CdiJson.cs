using System.Text.Json;

namespace CriSharp.Pods.Cdi;

internal static class CdiJson
{
    /// <exception cref="FormatException">No JSON, or deeper than <see cref="CdiSpecFile.DepthLimit"/>.</exception>
    public static CdiNode Parse(ReadOnlyMemory<byte> content)
    {
        try
        {
            using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = CdiSpecFile.DepthLimit });
            return NodeOf(document.RootElement, "");
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"malformed JSON: {malformed.Message}", malformed);
        }
    }

    private static CdiNode NodeOf(JsonElement element, string place)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                var map = new CdiMap(place);
                foreach (var field in element.EnumerateObject())
                {
                    map.Add(field.Name, NodeOf(field.Value, map.PlaceOf(field.Name)));
                }

                return map;
            case JsonValueKind.Array:
                return new CdiList(place, [.. element.EnumerateArray().Select((item, index) => NodeOf(item, $"{place}[{index}]"))]);
            case JsonValueKind.String:
                return new CdiScalar(place, element.GetString()!, IsQuoted: true);
            default:
                return new CdiScalar(place, element.GetRawText(), IsQuoted: false);
        }
    }
}
