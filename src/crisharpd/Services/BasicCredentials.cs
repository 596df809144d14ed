using CriSharp.Primitives;
using CriSharp.Registry.Credentials;

namespace CriSharp.Daemon.Services;

/// <summary>AuthConfig.auth: base64 of "user:password", as docker's config files keep it.</summary>
internal static class BasicCredentials
{
    /// <exception cref="RuntimeException">InvalidArgument; never says what was in it.</exception>
    public static (string User, string Password) Decode(string auth) => BasicPair.TryDecode(auth, out var user, out var password)
        ? (user, password)
        : throw new RuntimeException(ErrorKind.InvalidArgument, "the credentials in auth.auth are not base64 of \"user:password\"");
}
