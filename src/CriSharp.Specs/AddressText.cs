using System.Net;
using System.Net.Sockets;

namespace CriSharp.Specs;

/// <summary>IP addresses as files and plugins take them.</summary>
public static class AddressText
{
    /// <summary>The framework reads "1" as 0.0.0.1, "010.0.0.1" as 8.0.0.1 and "[::1]:80" as ::1; others read them in other ways, or not at all.</summary>
    public static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetwork ? address.ToString() == text : text[0] != '[');
}
