using System.Text;

namespace CriSharp.Registry.Credentials;

/// <summary>Base64 of "user:password", as docker's files and the CRI's AuthConfig.auth hold it.</summary>
public static class BasicPair
{
    /// <returns>False for anything else; what was in it is never told.</returns>
    public static bool TryDecode(string text, out string user, out string password)
    {
        (user, password) = ("", "");
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
        {
            return false;
        }

        // Some clients pad the password with NULs to a whole block.
        var pair = Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0');
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        (user, password) = (pair[..colon], pair[(colon + 1)..]);
        return true;
    }
}
