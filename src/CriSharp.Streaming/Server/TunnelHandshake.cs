using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using CriSharp.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CriSharp.Streaming.Server;

/// <summary>
/// Accepts a WebSocket for <see cref="WebSocketProtocols.Tunnel"/>, whose name the library refuses to answer with: a subprotocol is a token, which has
/// no '/' (RFC 6455, 4.1). The request's other headers were checked by the library.
/// </summary>
internal static class TunnelHandshake
{
    // RFC 6455, 1.3
    private const string ServerGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    public static async Task<WebSocket> AcceptAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.Upgrade = "websocket";
        headers.SecWebSocketAccept = AnswerTo(http.Request.Headers.SecWebSocketKey.ToString());
        headers.SecWebSocketProtocol = WebSocketProtocols.Tunnel;
        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
    }

#pragma warning disable CA5350 // SHA-1 is what the protocol proves with that it was understood; nothing is secret.
    internal static string AnswerTo(string key) => Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + ServerGuid)));
#pragma warning restore CA5350
}
