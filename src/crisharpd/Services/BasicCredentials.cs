using System.Text;
using CriSharp.Primitives;

namespace CriSharp.Daemon.Services;

/// <summary>AuthConfig.auth: base64 of "user:password", as docker's config files keep it.</summary>
internal static class BasicCredentials
{
    /// <exception cref="RuntimeException">InvalidArgument; never says what was in it.</exception>
    public static (string User, string Password) Decode(string auth)
    {
        var bytes = new byte[auth.Length];
        if (!Convert.TryFromBase64String(auth, bytes, out var length))
        {
            throw Malformed();
        }

        // Some clients pad the password with NULs to a whole block.
        var text = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0');
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? (text[..colon], text[(colon + 1)..]) : throw Malformed();
    }

    private static RuntimeException Malformed() =>
        new(ErrorKind.InvalidArgument, "the credentials in auth.auth are not base64 of \"user:password\"");
}
