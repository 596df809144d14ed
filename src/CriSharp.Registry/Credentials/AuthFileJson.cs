using System.Text.Json.Serialization;

namespace CriSharp.Registry.Credentials;

/// <summary>auth.json of containers, config.json of docker.</summary>
internal sealed class AuthFileJson
{
    [JsonPropertyName("auths")]
    public Dictionary<string, AuthEntryJson?>? Entries { get; set; }

    [JsonPropertyName("credHelpers")]
    public Dictionary<string, string?>? Helpers { get; set; }

    [JsonPropertyName("credsStore")]
    public string? Store { get; set; }
}

internal sealed class AuthEntryJson
{
    [JsonPropertyName("auth")]
    public string? Auth { get; set; }

    [JsonPropertyName("username")]
    public string? UserName { get; set; }

    [JsonPropertyName("password")]
    public string? Password { get; set; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; set; }

    [JsonPropertyName("registrytoken")]
    public string? RegistryToken { get; set; }
}

/// <summary>https://github.com/docker/docker-credential-helpers</summary>
internal sealed class HelperAnswerJson
{
    [JsonPropertyName("Username")]
    public string? UserName { get; set; }

    [JsonPropertyName("Secret")]
    public string? Secret { get; set; }
}

[JsonSourceGenerationOptions(MaxDepth = 32)]
[JsonSerializable(typeof(AuthFileJson))]
[JsonSerializable(typeof(Dictionary<string, AuthEntryJson>))]
[JsonSerializable(typeof(HelperAnswerJson))]
internal sealed partial class CredentialsJsonContext : JsonSerializerContext;
