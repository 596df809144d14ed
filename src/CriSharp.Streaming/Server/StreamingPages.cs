using System.Diagnostics;
using CriSharp.Streaming.Sessions;
using CriSharp.Streaming.Spdy;
using CriSharp.Streaming.Tokens;
using CriSharp.Streaming.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CriSharp.Streaming.Server;

/// <summary>
/// What the streaming server answers: /exec/TOKEN, /attach/TOKEN and /portforward/TOKEN, by GET or POST, upgraded to SPDY/3.1 or WebSocket. It
/// listens on HTTP/1.1 only.
/// </summary>
/// <param name="stopping">Ends all sessions.</param>
public sealed class StreamingPages(
    WaitingTickets tickets, IStreamingRuntime runtime, StreamingLimits limits, ILogger<StreamingPages> log, CancellationToken stopping)
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Post];

    public async Task ServeAsync(HttpContext http)
    {
        var wire = WireOf(http);
        if (KindOf(http.Request.Path) is not { } kind)
        {
            await HttpRefusal.SendAsync(http, StatusCodes.Status404NotFound, "there are /exec/TOKEN, /attach/TOKEN and /portforward/TOKEN");
        }
        else if (!Methods.Contains(http.Request.Method))
        {
            http.Response.Headers.Allow = string.Join(", ", Methods);
            await HttpRefusal.SendAsync(http, StatusCodes.Status405MethodNotAllowed, $"{http.Response.Headers.Allow} are the methods");
        }
        else if (wire is null)
        {
            await HttpRefusal.SendAsync(http, StatusCodes.Status400BadRequest, "unable to upgrade: ask for an upgrade to SPDY/3.1 or to websocket");
        }
        else if (tickets.TryTake(kind.Token) is not { } ticket || ticket.Kind != kind.Name)
        {
            await HttpRefusal.SendAsync(
                http, StatusCodes.Status404NotFound, $"no such token: each is good once, within {WaitingTickets.Lifetime.TotalSeconds:0} s. Ask for a new URL");
        }
        else
        {
            await ServeAsync(ticket, wire, http);
        }
    }

    private async Task ServeAsync(StreamingTicket ticket, IWire wire, HttpContext http)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            if (await CarryAsync(ticket, wire, http) is { } end)
            {
                log.Ended(ticket.Kind, ticket.SubjectId, Stopwatch.GetElapsedTime(started).TotalSeconds, end.Words);
            }
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            log.Cut(ticket.Kind, ticket.SubjectId, Stopwatch.GetElapsedTime(started).TotalSeconds, gone.Message);
        }
    }

    private Task<SessionEnd?> CarryAsync(StreamingTicket ticket, IWire wire, HttpContext http) => ticket switch
    {
        ExecTicket exec => wire.CommandAsync(
            http,
            new CommandStreams(exec.Tty, exec.Stdin, exec.Stdout, exec.Stderr),
            client => RemoteCommand.RunAsync(client, token => runtime.ExecAsync(exec, token), "run a command in", stopping)),
        AttachTicket attach => wire.CommandAsync(
            http,
            new CommandStreams(attach.Tty, attach.Stdin, attach.Stdout, attach.Stderr),
            client => RemoteCommand.RunAsync(client, token => runtime.AttachAsync(attach, token), "attach to", stopping)),
        PortForwardTicket forward => wire.PortForwardAsync(http, forward, (port, token) => runtime.ConnectAsync(forward, port, token)),
        _ => throw new UnreachableException(),
    };

    private IWire? WireOf(HttpContext http) =>
        http.WebSockets.IsWebSocketRequest ? new WebSocketWire(limits, stopping)
        : SpdyHandshake.IsAskedFor(http) ? new SpdyWire(limits, stopping)
        : null;

    private static (string Name, string Token)? KindOf(PathString path) =>
        path.Value?.Split('/') is ["", "exec" or "attach" or "portforward", { Length: > 0 } token] parts ? (parts[1], token) : null;
}
