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
        if (await ChooseAsync(http, WebSocketProtocols.Process) is not { } protocol)
        {
            return null;
        }

        var socket = await WebSocketAcceptance.AcceptAsync(http, protocol);
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        await using var client = WebSocketClientStreams.Open(
            socket, protocol, streams.Stdin, streams.Stdout, streams.Stderr, streams.Tty, Limits, lost.Token);
        return await run(client.Streams);
    }

    public async Task<SessionEnd?> PortForwardAsync(HttpContext http, PortForwardTicket ticket, Func<int, CancellationToken, Task<IForwardedConnection>> connect)
    {
        if (await ChooseAsync(http, WebSocketProtocols.PortForward) is not { } protocol)
        {
            return null;
        }

        var socket = await WebSocketAcceptance.AcceptAsync(http, protocol);
        if (protocol == WebSocketProtocols.Tunnel)
        {
            return await TunnelAsync(socket, connect);
        }

        using var lost = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping);
        var ports = ticket.Ports.Count > 0 ? ticket.Ports : PortsOf(http);
        await WebSocketPortForward.ServeAsync(socket, protocol, ports, connect, lost.Token, Limits);
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

    /// <returns>Null: it was answered that there is none in common.</returns>
    private static async Task<string?> ChooseAsync(HttpContext http, IReadOnlyList<string> known)
    {
        var offered = http.WebSockets.WebSocketRequestedProtocols;
        if (WebSocketProtocols.Choose([.. offered], known) is { } protocol)
        {
            return protocol;
        }

        await HttpRefusal.SendAsync(
            http, StatusCodes.Status403Forbidden, $"unable to upgrade: the client speaks {string.Join(", ", offered.Take(10))}, the server {string.Join(", ", known.Skip(1))}");
        return null;
    }
}
