using System.Net.WebSockets;

namespace CriSharp.Streaming.WebSockets;

/// <summary>
/// How messages name their channel. The plain form: a byte, then the bytes. The base64 form: a digit, then base64.
/// <see href="https://pkg.go.dev/k8s.io/apimachinery/pkg/util/httpstream/wsstream">Kubernetes' description.</see>
/// </summary>
/// <param name="HasStatus">The error channel carries a metav1.Status in any case.</param>
/// <param name="HasCloseSignal">Channel 255 names, in one byte, a channel that the client will write no more to.</param>
internal sealed record ChannelProtocol(ChannelCoding Coding, bool HasStatus, bool HasCloseSignal)
{
    public const byte CloseSignal = 255;

    /// <summary>The last channel whose base64 form is still one ASCII character.</summary>
    public const int LastBase64Channel = 0x7f - '0';

    /// <summary>The server's messages; a client may use either type, as with the peers.</summary>
    public WebSocketMessageType MessageType => Coding == ChannelCoding.Base64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;

    public int LastChannel => Coding == ChannelCoding.Base64 ? LastBase64Channel : HasCloseSignal ? CloseSignal - 1 : byte.MaxValue;

    /// <exception cref="ArgumentException">No protocol of channels has this name.</exception>
    public static ChannelProtocol Of(string name) => name switch
    {
        WebSocketProtocols.None or WebSocketProtocols.Version1 => new(ChannelCoding.Plain, HasStatus: false, HasCloseSignal: false),
        WebSocketProtocols.Version1Base64 => new(ChannelCoding.Base64, HasStatus: false, HasCloseSignal: false),
        WebSocketProtocols.Version4 => new(ChannelCoding.Plain, HasStatus: true, HasCloseSignal: false),
        WebSocketProtocols.Version4Base64 => new(ChannelCoding.Base64, HasStatus: true, HasCloseSignal: false),
        WebSocketProtocols.Version5 => new(ChannelCoding.Plain, HasStatus: true, HasCloseSignal: true),
        _ => throw new ArgumentException($"no WebSocket protocol of channels is named {name}", nameof(name)),
    };
}

internal enum ChannelCoding
{
    Plain,
    Base64,
}
