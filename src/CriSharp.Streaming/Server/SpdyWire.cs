using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;
using Microsoft.AspNetCore.Http;

namespace CriSharp.Streaming.Server;

/// <summary>Streams as those of SPDY/3.1.</summary>
internal sealed class SpdyWire(StreamingLimits limits, CancellationToken stopping) : IWire
{
    public async Task<SessionEnd?> CommandAsync(HttpContext http, CommandStreams streams, Func<ClientStreams, Task<SessionEnd>> run)
    {
        if (await SpdyHandshake.ChooseAsync(http, SpdyClientStreams.Protocols) is not { } protocol)
        {
            return null;
        }

        await using var connection = await AcceptAsync(http, protocol);
        ClientStreams client;
        try
        {
            client = await SpdyClientStreams.AcceptAsync(connection, protocol, streams.Stdin, streams.Stdout, streams.Stderr, streams.Tty, stopping);
        }
        catch (SpdyException wrong)
        {
            return SessionEnd.Failed(wrong.Message);
        }

        return await run(client);
    }

    public async Task<SessionEnd?> PortForwardAsync(HttpContext http, PortForwardTicket ticket, Func<int, CancellationToken, Task<IForwardedConnection>> connect)
    {
        if (await SpdyHandshake.ChooseAsync(http, [SpdyPortForward.Protocol]) is not { } protocol)
        {
            return null;
        }

        await using var connection = await AcceptAsync(http, protocol);
        await SpdyPortForward.ServeAsync(connection, connect, stopping);
        return SessionEnd.Closed(connection.EndReason);
    }

    private async Task<SpdyConnection> AcceptAsync(HttpContext http, string protocol) =>
        SpdyConnection.Server(await SpdyHandshake.AcceptAsync(http, protocol), new SpdyOptions { IdleTimeout = limits.Idle });
}
