using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace CriSharp.Streaming.Server;

/// <summary>The upgrade of an HTTP/1.1 request to SPDY/3.1, and the choice of the protocol that is spoken above it.</summary>
internal static class SpdyHandshake
{
    private const string Spdy = "SPDY/3.1";
    private const string ProtocolHeader = "X-Stream-Protocol-Version";
    private const string AcceptedHeader = "X-Accepted-Stream-Protocol-Versions";

    public static bool IsAskedFor(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } && Values(http.Request.Headers.Upgrade).Contains(Spdy, StringComparer.OrdinalIgnoreCase);

    /// <returns>The first of the client's that is known; null: it was answered that there is none.</returns>
    public static async Task<string?> ChooseAsync(HttpContext http, IReadOnlyList<string> known)
    {
        var offered = Values(http.Request.Headers[ProtocolHeader]);
        if (offered.Length == 0)
        {
            await HttpRefusal.SendAsync(http, StatusCodes.Status400BadRequest, $"unable to upgrade: the header {ProtocolHeader} is missing");
            return null;
        }

        if (offered.FirstOrDefault(known.Contains) is { } chosen)
        {
            return chosen;
        }

        http.Response.Headers[AcceptedHeader] = new StringValues([.. known]);
        await HttpRefusal.SendAsync(
            http, StatusCodes.Status403Forbidden, $"unable to upgrade: the client speaks {string.Join(", ", offered.Take(10))}, the server {string.Join(", ", known)}");
        return null;
    }

    public static Task<Stream> AcceptAsync(HttpContext http, string protocol)
    {
        http.Response.Headers.Upgrade = Spdy;
        http.Response.Headers[ProtocolHeader] = protocol;
        return http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
    }

    private static string[] Values(StringValues headers) =>
        [.. headers.SelectMany(header => header?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])];
}
