using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Google.Protobuf;

namespace CriSharp.Ctl.Output;

/// <summary>A CRI message as JSON in the spelling of the CRI's own field names, as other CRI clients print it.</summary>
internal static class JsonText
{
    private static readonly JsonFormatter Compact = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation("  "));

    // Control characters are escaped all the same.
    private static readonly JsonWriterOptions ForPeople = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [SuppressMessage("ApiDesign", "RS0030", Justification = "Answers hold no secrets; only requests do, and they are never printed.")]
    public static string Of(IMessage answer) => Formatter.Format(answer);

    /// <summary>On one line.</summary>
    [SuppressMessage("ApiDesign", "RS0030", Justification = "As above.")]
    public static string LineOf(IMessage answer) => Compact.Format(answer);

    /// <summary>A status with what the runtime tells beside it, whose values are JSON documents themselves: as such they stand in the whole.</summary>
    /// <param name="status">The answer's own message.</param>
    /// <param name="info">Of a verbose answer.</param>
    public static string OfVerbose(IMessage status, IEnumerable<KeyValuePair<string, string>> info) => Write(json =>
    {
        json.WriteStartObject();
        json.WritePropertyName("status");
        WriteDocument(json, LineOf(status));
        foreach (var (name, value) in info.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(name);
            WriteDocument(json, value);
        }

        json.WriteEndObject();
    });

    public static string Of(IEnumerable<string> words) => Write(json =>
    {
        json.WriteStartArray();
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    });

    private static string Write(Action<Utf8JsonWriter> fill)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, ForPeople))
        {
            fill(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static void WriteDocument(Utf8JsonWriter json, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            document.RootElement.WriteTo(json);
        }
        catch (JsonException)
        {
            json.WriteStringValue(text);
        }
    }
}
