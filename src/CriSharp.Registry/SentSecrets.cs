using System.Net.Http.Headers;
using CriSharp.Registry.Credentials;

namespace CriSharp.Registry;

/// <summary>What a request carried that nobody may read. A server may send back what it got, and its words end up in logs and in the events of pods.</summary>
internal static class SentSecrets
{
    private const string LeftOut = "its words hold credentials and are left out";

    /// <summary>So much of a long secret tells it.</summary>
    private const int TellingLength = 16;

    /// <summary>Set where a secret goes in a request's body.</summary>
    public static readonly HttpRequestOptionsKey<string> InBody = new("secret in the body");

    /// <returns>The words, unless they hold what the request carried.</returns>
    public static string LeaveOut(string words, HttpRequestMessage? request) =>
        Of(request).Any(secret => words.Contains(secret.Length > TellingLength ? secret[..TellingLength] : secret, StringComparison.Ordinal)) ? LeftOut : words;

    private static IEnumerable<string> Of(HttpRequestMessage? request)
    {
        var sent = new List<string>();
        if (request?.Headers.Authorization is { Parameter.Length: > 0 } authorization)
        {
            sent.Add(authorization.Parameter);
            sent.AddRange(PasswordOf(authorization));
        }

        if (request is not null && request.Options.TryGetValue(InBody, out var secret))
        {
            sent.Add(secret);
        }

        return sent.SelectMany(text => (string[])[text, Uri.EscapeDataString(text)]);
    }

    private static string[] PasswordOf(AuthenticationHeaderValue authorization) =>
        authorization.Scheme == "Basic" && BasicPair.TryDecode(authorization.Parameter!, out _, out var password) && password.Length > 0 ? [password] : [];
}
