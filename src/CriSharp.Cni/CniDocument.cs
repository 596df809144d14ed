using System.Buffers;
using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>JSON of others: of the administrator's files and of plugins.</summary>
internal static class CniDocument
{
    private const int DepthLimit = 32;

    /// <exception cref="JsonException">Not JSON, nested too deeply, or with text that is no Unicode.</exception>
    public static JsonElement Parse(ReadOnlyMemory<byte> content)
    {
        using var document = JsonDocument.Parse(content, new JsonDocumentOptions { MaxDepth = DepthLimit });
        try
        {
            // Half a surrogate pair ("\ud800") passes the parser, and throws only when somebody reads or writes it.
            using var writer = new Utf8JsonWriter(new ArrayBufferWriter<byte>(content.Length + 1));
            document.RootElement.WriteTo(writer);
        }
        catch (InvalidOperationException failure)
        {
            throw new JsonException($"a text in it is no Unicode: {failure.Message}", failure);
        }

        return document.RootElement.Clone();
    }
}
