using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace CriSharp.Oci;

[JsonSerializable(typeof(RuntimeSpec))]
[JsonSerializable(typeof(SpecProcess))]
[JsonSerializable(typeof(SpecResources))]
[JsonSerializable(typeof(SeccompProfile))]
internal sealed partial class RuntimeSpecJson : JsonSerializerContext
{
    /// <summary>Never part of a web page: people read it with plain quotes and plus signs.</summary>
    public static RuntimeSpecJson Written { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = 64,
    });
}

internal static class RuntimeSpecText
{
    public static byte[] Write<T>(T document, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(document, type);

    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
        where T : class
    {
        if (json.Length > RuntimeSpec.LimitBytes)
        {
            throw new FormatException($"the {what} has {json.Length} bytes, and {RuntimeSpec.LimitBytes} is the limit");
        }

        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new FormatException($"the {what} is null");
        }
        catch (JsonException malformed)
        {
            throw new FormatException($"the {what} is malformed: {malformed.Message}", malformed);
        }
    }
}
