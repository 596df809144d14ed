using System.Security.Cryptography;
using System.Text;
using CriSharp.Registry.Credentials;
using CriSharp.Registry.Mirrors;

namespace CriSharp.Registry;

/// <summary>
/// Who we are to a registry. What counts, in this order: <see cref="RegistryToken"/>, <see cref="IdentityToken"/>,
/// <see cref="UserName"/> with <see cref="Password"/>. Never printed.
/// </summary>
public sealed class RegistryCredentials
{
    /// <summary>Docker's convention: under this user name the password is an identity token.</summary>
    private const string TokenUserName = "<token>";

    public string UserName { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>An OAuth2 refresh token.</summary>
    public string IdentityToken { get; init; } = "";

    /// <summary>A bearer token, sent to the registry as it is.</summary>
    public string RegistryToken { get; init; } = "";

    /// <summary>The registry that they are meant for, as a host or a URL; empty: the one that the image's name tells.</summary>
    public string ServerAddress { get; init; } = "";

    /// <summary>Equal for equal credentials; says nothing about them.</summary>
    public string Fingerprint()
    {
        var text = new StringBuilder();
        foreach (var part in (string[])[UserName, Password, IdentityToken, RegistryToken])
        {
            text.Append(part.Length).Append(':').Append(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    public override string ToString() => "(credentials)";

    internal bool IsEmpty => UserName.Length + Password.Length + IdentityToken.Length + RegistryToken.Length == 0;

    /// <summary>A mirror sees them only if it is what their address says.</summary>
    internal bool AreFor(RegistryEndpoint endpoint) => ServerAddress.Length == 0
        ? !endpoint.IsMirror
        : CredentialKeys.HostOf(ServerAddress) == CredentialKeys.HostOf(endpoint.Repository);

    internal string RefreshToken => IdentityToken.Length > 0 ? IdentityToken : UserName == TokenUserName ? Password : "";

    internal string? BasicParameter => UserName.Length == 0 && Password.Length == 0
        ? null
        : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{UserName}:{Password}"));
}
