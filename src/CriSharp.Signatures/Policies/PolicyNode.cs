using System.Text.Json;

namespace CriSharp.Signatures.Policies;

/// <summary>A part of a strict JSON document, with its place for errors: a field twice or one that nobody knows makes the document void.</summary>
internal readonly record struct PolicyNode(JsonElement Element, string Place)
{
    private const int DepthLimit = 16;

    public static T Read<T>(ReadOnlyMemory<byte> json, Func<PolicyNode, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthLimit });
            return read(new PolicyNode(document.RootElement, ""));
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"line {malformed.LineNumber + 1}: no JSON: {malformed.Message}", malformed);
        }
        catch (InvalidOperationException malformed)
        {
            // A string that is no Unicode.
            throw new FormatException($"no JSON: {malformed.Message}", malformed);
        }
    }

    /// <summary>All fields of an object.</summary>
    public Dictionary<string, PolicyNode> Fields()
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("is not an object");
        }

        var fields = new Dictionary<string, PolicyNode>(StringComparer.Ordinal);
        foreach (var field in Element.EnumerateObject())
        {
            var place = PlaceOf(field.Name);
            if (!fields.TryAdd(field.Name, new PolicyNode(field.Value, place)))
            {
                throw new FormatException($"{place} is there twice");
            }
        }

        return fields;
    }

    /// <summary>The fields of an object that may have no others.</summary>
    public Dictionary<string, PolicyNode> Fields(params ReadOnlySpan<string> known)
    {
        var fields = Fields();
        foreach (var (name, value) in fields)
        {
            if (!known.Contains(name))
            {
                throw new FormatException($"{value.Place} is unknown");
            }
        }

        return fields;
    }

    public IReadOnlyList<PolicyNode> Items()
    {
        if (Element.ValueKind != JsonValueKind.Array)
        {
            throw Wrong("is not a list");
        }

        var place = Place;
        PolicyNode[] items = [.. Element.EnumerateArray().Select((item, index) => new PolicyNode(item, $"{place}[{index}]"))];
        return items.Length > 0 ? items : throw Wrong("is empty");
    }

    public string Text() => Element.ValueKind == JsonValueKind.String && Element.GetString() is { Length: > 0 } text ? text : throw Wrong("is not a text");

    public FormatException Wrong(string words) => new($"{(Place.Length == 0 ? "the document" : Place)} {words}");

    private string PlaceOf(string name)
    {
        var shown = name.Length <= 300 ? name : $"{name[..300]}...";
        return Place.Length == 0 ? shown : shown.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-') ? $"{Place}.{shown}" : $"{Place}[\"{shown}\"]";
    }
}
