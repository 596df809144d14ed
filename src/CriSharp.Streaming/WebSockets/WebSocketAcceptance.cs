using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Streaming.WebSockets;

/// <summary>The answer to a WebSocket request; the middleware of ASP.NET Core (<c>UseWebSockets</c>) has to be there.</summary>
public static class WebSocketAcceptance
{
    /// <summary>
    /// Often enough for a load balancer's idle limit. These pings ask for no answer: the answer of a client that reads slowly comes late, and it is
    /// not to be cut off for that.
    /// </summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <param name="protocol">One of <see cref="WebSocketProtocols"/>, as chosen.</param>
    public static Task<WebSocket> AcceptAsync(HttpContext context, string protocol)
    {
        if (protocol != WebSocketProtocols.None)
        {
            // Written here, since the middleware refuses the tunnel's name for its slash: https://www.rfc-editor.org/rfc/rfc6455#section-4.3 has tokens only.
            context.Response.Headers.SecWebSocketProtocol = protocol;
        }

        return context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { KeepAliveInterval = KeepAlive });
    }
}
