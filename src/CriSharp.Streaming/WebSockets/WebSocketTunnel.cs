using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>SPDY tunnelled in a WebSocket: <see cref="WebSocketProtocols.Tunnel"/>.</summary>
public static class WebSocketTunnel
{
    /// <summary>
    /// The bytes in an accepted connection's binary messages, both ways, as one stream for one reader and one writer. A read of 0 bytes: the client
    /// said goodbye. IOException: the connection broke, or the client sent text. Disposing of the stream says goodbye and frees the connection; a read
    /// that still waits then ends with the client's goodbye, or fails after <see cref="WebSocketLimits.Farewell"/>.
    /// </summary>
    public static Stream Open(WebSocket socket, WebSocketLimits? limits = null) => new TunnelStream(socket, limits ?? WebSocketLimits.Default);
}
