using System.Globalization;
using System.Net.WebSockets;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;
using CriSharp.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Streaming.Server;

/// <summary>Streams as channels of a WebSocket.</summary>
internal sealed class WebSocketWire(StreamingLimits limits, CancellationToken stopping) : IWire
{
    private WebSocketLimits Limits => WebSocketLimits.Default with { Idle = limits.Idle };

    public async Task<SessionEnd?> CommandAsync(HttpContext http, CommandStreams streams, Func<ClientStreams, Task<SessionEnd>> run)
    {
        if (await TryAcceptAsync(http, WebSocketProtocols.Process) is not { } socket)
        {
            return null;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await using var client = WebSocketClientStreams.Open(
            socket, socket.SubProtocol ?? WebSocketProtocols.None, streams.Stdin, streams.Stdout, streams.Stderr, streams.Tty, Limits, lost.Token);
        return await run(client.Streams);
    }

    public async Task<SessionEnd?> PortForwardAsync(HttpContext http, PortForwardTicket ticket, Func<int, CancellationToken, Task<IForwardedConnection>> connect)
    {
        if (WebSocketProtocols.Choose([.. http.WebSockets.WebSocketRequestedProtocols], WebSocketProtocols.PortForward) == WebSocketProtocols.Tunnel)
        {
            return await TunnelAsync(await TunnelHandshake.AcceptAsync(http), connect);
        }

        if (await TryAcceptAsync(http, WebSocketProtocols.PortForward) is not { } socket)
        {
            return null;
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var ports = ticket.Ports.Count > 0 ? ticket.Ports : PortsOf(http);
        await WebSocketPortForward.ServeAsync(socket, socket.SubProtocol ?? WebSocketProtocols.None, ports, connect, lost.Token, Limits);
        return SessionEnd.Over;
    }

    private async Task<SessionEnd> TunnelAsync(WebSocket socket, Func<int, CancellationToken, Task<IForwardedConnection>> connect)
    {
        await using var connection = SpdyConnection.Server(WebSocketTunnel.Open(socket, Limits), new SpdyOptions { IdleTimeout = limits.Idle });
        await SpdyPortForward.ServeAsync(connection, connect, stopping);
        return SessionEnd.Closed(connection.EndReason);
    }

    /// <summary>A client that did not tell the runtime its ports has them in the URL: ?port=80&amp;port=443, or ?port=80,443.</summary>
    private static int[] PortsOf(HttpContext http) =>
        [.. http.Request.Query["port"].SelectMany(value => value?.Split(',') ?? []).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0)];

    private static async Task<WebSocket?> TryAcceptAsync(HttpContext http, IReadOnlyList<string> known)
    {
        var offered = http.WebSockets.WebSocketRequestedProtocols;
        if (WebSocketProtocols.Choose([.. offered], known) is not { } protocol)
        {
            await SpdyHandshake.RefuseAsync(
                http, StatusCodes.Status403Forbidden, $"unable to upgrade: the client speaks {string.Join(", ", offered.Take(10))}, the server {string.Join(", ", known.Skip(1))}");
            return null;
        }

        return await http.WebSockets.AcceptWebSocketAsync(protocol.Length > 0 ? protocol : null);
    }
}
