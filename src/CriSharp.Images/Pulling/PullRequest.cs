using CriSharp.Oci;
using CriSharp.Registry;
using CriSharp.Registry.Credentials;

namespace CriSharp.Images.Pulling;

/// <summary>What one caller wants pulled, and with whose credentials.</summary>
public sealed record PullRequest
{
    public required ImageReference Reference { get; init; }

    /// <summary>They go before those of the files; null: the caller has none.</summary>
    public PullCredentials? Credentials { get; init; }

    /// <summary>Where further credentials are looked for; null: nowhere.</summary>
    public PullCredentialFiles? Files { get; init; }
}

/// <summary>
/// CRI's AuthConfig below the services. Which fields count, in this order: <see cref="RegistryToken"/>, <see cref="IdentityToken"/>,
/// <see cref="UserName"/> with <see cref="Password"/>. Never printed.
/// </summary>
public sealed class PullCredentials
{
    public string UserName { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>An OAuth2 refresh token.</summary>
    public string IdentityToken { get; init; } = "";

    /// <summary>A bearer token, sent to the registry as it is.</summary>
    public string RegistryToken { get; init; } = "";

    /// <summary>The registry that they are meant for, as a host or a URL; empty: the one that the image's name tells.</summary>
    public string ServerAddress { get; init; } = "";

    public override string ToString() => "(credentials)";

    internal RegistryCredentials ToRegistryCredentials() => new()
    {
        UserName = UserName,
        Password = Password,
        IdentityToken = IdentityToken,
        RegistryToken = RegistryToken,
        ServerAddress = ServerAddress,
    };
}
