namespace CriSharp.Streaming.WebSockets;

/// <summary>The WebSocket subprotocols of Kubernetes, and the choice among those that a client offers.</summary>
public static class WebSocketProtocols
{
    /// <summary>No subprotocol was offered: as <see cref="Version1"/>.</summary>
    public const string None = "";
    public const string Version1 = "channel.k8s.io";
    public const string Version1Base64 = "base64.channel.k8s.io";
    public const string Version4 = "v4.channel.k8s.io";
    public const string Version4Base64 = "v4.base64.channel.k8s.io";
    public const string Version5 = "v5.channel.k8s.io";

    /// <summary>SPDY/3.1 in binary messages, its own streams being those of <c>portforward.k8s.io</c>.</summary>
    public const string Tunnel = "SPDY/3.1+portforward.k8s.io";

    /// <summary>For exec and attach. Versions 2 and 3 exist in SPDY alone.</summary>
    public static IReadOnlyList<string> Process { get; } = [None, Version1, Version1Base64, Version4, Version4Base64, Version5];

    public static IReadOnlyList<string> PortForward { get; } = [None, Version4, Version4Base64, Tunnel];

    /// <summary>The first that the client offers and the server accepts.</summary>
    /// <param name="offered">In the client's order of preference.</param>
    /// <returns><see cref="None"/>: nothing was offered, so nothing is to be answered. Null: nothing in common, which the peers answer with 403.</returns>
    public static string? Choose(IReadOnlyCollection<string> offered, IReadOnlyList<string> accepted) =>
        offered.Count == 0 ? None : offered.FirstOrDefault(name => name != None && accepted.Contains(name));
}
