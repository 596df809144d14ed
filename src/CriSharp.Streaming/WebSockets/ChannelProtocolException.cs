using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>A client said what no client may say; the connection ends with <paramref name="status"/> and these words.</summary>
internal sealed class ChannelProtocolException(WebSocketCloseStatus status, string message) : Exception(message)
{
    public WebSocketCloseStatus Status { get; } = status;
}
