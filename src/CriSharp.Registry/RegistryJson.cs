using System.Text.Json;
using System.Text.Json.Serialization;

namespace CriSharp.Registry;

/// <summary>https://distribution.github.io/distribution/spec/auth/token/#token-response-fields</summary>
internal sealed class TokenResponseJson
{
    [JsonPropertyName("token")]
    public string? Token { get; set; }

    [JsonPropertyName("access_token")]
    public string? AccessToken { get; set; }

    [JsonPropertyName("expires_in")]
    public double? ExpiresIn { get; set; }
}

/// <summary>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes</summary>
internal sealed class ErrorResponseJson
{
    [JsonPropertyName("errors")]
    public List<ErrorJson?>? Errors { get; set; }

    /// <summary>https://www.rfc-editor.org/rfc/rfc6749#section-5.2, by token services.</summary>
    [JsonPropertyName("error")]
    public JsonElement Error { get; set; }

    [JsonPropertyName("error_description")]
    public JsonElement Description { get; set; }

    /// <summary>Docker's token service.</summary>
    [JsonPropertyName("details")]
    public JsonElement Details { get; set; }

    [JsonPropertyName("message")]
    public JsonElement Message { get; set; }
}

internal sealed class ErrorJson
{
    [JsonPropertyName("code")]
    public string? Code { get; set; }

    [JsonPropertyName("message")]
    public string? Message { get; set; }
}

[JsonSourceGenerationOptions(MaxDepth = 32)]
[JsonSerializable(typeof(TokenResponseJson))]
[JsonSerializable(typeof(ErrorResponseJson))]
internal sealed partial class RegistryJsonContext : JsonSerializerContext;
